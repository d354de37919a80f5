/** The part of an exported C program that lays out the memory of calls: commands, messages, objects. */

/** Memory and bare commands. GUARDS and GUARDED come from the exporter. */
export const MEMORY = String.raw`
/* ---- Memory of calls: the same addresses in every process, never used twice. ---- */

#define BAD_POINTER 8l
enum { SLACK = 128 }; /* zero bytes behind everything that does not end at a guard page */

static unsigned char *area;
static size_t given, guards;

HELPER void *give(long length)
{
	unsigned char *at = area + GUARDS * GUARDED + given;
	given += ((size_t)length + SLACK + 7) & ~7ul;
	if (given > AREA)
		stop("the calls need more memory than this program has");
	return at;
}

/* Memory that ends at a page which cannot be touched. */
HELPER void *guarded(long length)
{
	return area + ++guards * GUARDED - PAGE - length;
}

static void layOut(void)
{
	area = mmap(NULL, GUARDS * GUARDED + AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	process = mmap(NULL, sizeof *process * PROCESSES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED || process == MAP_FAILED)
		stop("no memory");
	for (size_t i = 1; i <= GUARDS; i++)
		mprotect(area + i * GUARDED - PAGE, PAGE, PROT_NONE);
}

HELPER void unhex(unsigned char *into, long room, const char *hex)
{
	for (long i = 0; i < room && hex[2 * i]; i++) {
		unsigned byte;
		sscanf(hex + 2 * i, "%2x", &byte);
		into[i] = (unsigned char)byte;
	}
}
`;

/** Commands of a BINDER_WRITE_READ. */
export const COMMANDS = String.raw`
/* ---- Commands of the next BINDER_WRITE_READ. ---- */

static struct {
	unsigned char bytes[1 << 16];
	long length;
	long size, limit, consumed; /* write_size; readable bytes before a guard page; write_consumed. -1: as it is */
	long room, roomLimit, roomConsumed; /* read_size, -1 for no read; writable bytes before a guard page; read_consumed */
	int bad;
} next = { .size = -1, .limit = -1, .room = -1, .roomLimit = -1 };

static void put(const void *bytes, size_t size)
{
	if ((size_t)next.length + size > sizeof next.bytes)
		stop("too many commands in one call");
	memcpy(next.bytes + next.length, bytes, size);
	next.length += (long)size;
}

HELPER void put32(__u32 value)
{
	put(&value, sizeof value);
}

HELPER void put64(__u64 value)
{
	put(&value, sizeof value);
}

HELPER void command(__u32 bc)
{
	put32(bc);
}

HELPER void command32(__u32 bc, __u32 value)
{
	put32(bc);
	put32(value);
}

HELPER void command64(__u32 bc, __u64 value)
{
	put32(bc);
	put64(value);
}

/* BC_INCREFS_DONE, BC_ACQUIRE_DONE: a node as its owner names it. */
HELPER void commandNode(__u32 bc, __u64 ptr, __u64 cookie)
{
	put32(bc);
	put64(ptr);
	put64(cookie);
}

/* BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION. */
HELPER void commandDeath(__u32 bc, __u32 handle, __u64 cookie)
{
	put32(bc);
	put32(handle);
	put64(cookie);
}

/* Any bytes. */
HELPER void commandBytes(__u32 word, const char *hex)
{
	size_t length = strlen(hex) / 2;
	unsigned char *bytes = calloc(1, length + 1);
	unhex(bytes, (long)length, hex);
	put32(word);
	put(bytes, length);
	free(bytes);
}

/* Room for returns: read_size. */
HELPER void room(long size)
{
	next.room = size;
}
`;

/** Messages and their objects. */
export const MESSAGES = String.raw`
/* ---- Messages: the data with its objects, then the command that sends it. ---- */

static struct {
	__u64 size; /* data_size */
	long length; /* bytes of it that exist */
	unsigned char *data, *piece;
	__u64 offset[4096];
	long offsets;
	__u64 offsetsSize, buffersSize; /* ~0: as it is */
	void *dataAt, *offsetsAt; /* where the pointers point in place of data and offsets */
	struct { long at; __u64 address; } pointer[256];
	int pointers;
} draft;
static unsigned char OWN; /* its address means: the data, the offsets themselves */

HELPER void message(__u64 size, int fill)
{
	memset(&draft, 0, sizeof draft);
	draft.size = size;
	draft.length = size < 4l << 20 ? (long)size : size >> 53 ? 0 : 4l << 20; /* more can never be accepted */
	draft.data = give(draft.length);
	draft.offsetsSize = draft.buffersSize = ~0ull;
	draft.dataAt = draft.offsetsAt = &OWN;
	if (fill)
		memset(draft.data, fill, (size_t)draft.length);
}

HELPER void bytes(const char *hex)
{
	unhex(draft.data, draft.length, hex);
}

HELPER void remember(long at)
{
	if (draft.offsets == 4096)
		stop("too many objects in one message");
	draft.offset[draft.offsets++] = (__u64)at;
}

HELPER void place(long at, const void *bytes, size_t size)
{
	if (at < draft.length)
		memcpy(draft.data + at, bytes, at + (long)size <= draft.length ? size : (size_t)(draft.length - at));
	remember(at);
}

/* A node of the sender. */
HELPER void nodeObject(long at, __u32 type, __u32 flags, __u64 ptr, __u64 cookie)
{
	struct flat_binder_object object = { .hdr = { type }, .flags = flags, .binder = ptr, .cookie = cookie };
	place(at, &object, sizeof object);
}

/* A reference to somebody's node, or a descriptor. */
HELPER void numberObject(long at, __u32 type, __u32 flags, __u32 number)
{
	struct flat_binder_object object = { .hdr = { type }, .flags = flags, .binder = number };
	place(at, &object, sizeof object);
}

/* An array of descriptors in a piece. */
HELPER void arrayObject(long at, __u64 count, __u64 parent, __u64 offset)
{
	struct binder_fd_array_object object = { .hdr = { BINDER_TYPE_FDA }, .num_fds = count, .parent = parent, .parent_offset = offset };
	place(at, &object, sizeof object);
}

/* The sender's memory behind the next pieceObject. */
HELPER void piece(long length, const char *hex)
{
	draft.piece = give(length);
	unhex(draft.piece, length, hex);
}

HELPER void pieceDescriptor(long at, __u32 fd)
{
	memcpy(draft.piece + at, &fd, sizeof fd);
}

/* A piece of memory that is copied along (scatter-gather). */
HELPER void pieceObject(long at, __u32 flags, __u64 length, __u64 parent, __u64 offset)
{
	struct binder_buffer_object object = { .hdr = { BINDER_TYPE_PTR }, .flags = flags, .length = length, .parent = parent, .parent_offset = offset };
	place(at, &object, sizeof object);
	if (at + 16 > draft.length)
		return;
	if (draft.pointers == 256)
		stop("too many pieces in one message");
	draft.pointer[draft.pointers].at = at + 8;
	draft.pointer[draft.pointers++].address = draft.piece ? (__u64)draft.piece : BAD_POINTER;
	draft.piece = NULL;
}

/* Bytes that are no object. */
HELPER void rawObject(long at, const char *hex)
{
	if (at < draft.length)
		unhex(draft.data + at, draft.length - at, hex);
	remember(at);
}

/* The offsets array, where it is not simply the places of the objects. */
HELPER void offsets(long count, const __u64 *each)
{
	if (count > 4096)
		stop("too many offsets in one message");
	draft.offsets = count;
	memcpy(draft.offset, each, (size_t)count * sizeof *each);
}

/* BC_TRANSACTION or BC_REPLY with the message. */
HELPER void send(__u32 bc, __u32 target, __u32 code, __u32 flags)
{
	struct binder_transaction_data_sg sg = { .transaction_data = { .target = { .handle = target }, .code = code, .flags = flags } };
	struct binder_transaction_data *data = &sg.transaction_data;
	int hasPieces = bc == BC_TRANSACTION_SG || bc == BC_REPLY_SG;
	__u64 *places = give(draft.offsets * 8);
	memcpy(places, draft.offset, (size_t)draft.offsets * 8);
	for (int i = 0; i < draft.pointers; i++)
		memcpy(draft.data + draft.pointer[i].at, &draft.pointer[i].address, 8);
	data->data_size = draft.size;
	data->offsets_size = draft.offsetsSize == ~0ull ? (__u64)draft.offsets * 8 : draft.offsetsSize;
	data->data.ptr.buffer = (__u64)(draft.dataAt == &OWN ? draft.data : draft.dataAt);
	data->data.ptr.offsets = (__u64)(draft.offsetsAt == &OWN ? (void *)places : draft.offsetsAt);
	sg.buffers_size = draft.buffersSize;
	put32(bc);
	put(&sg, hasPieces ? sizeof sg : sizeof *data);
}
`;
