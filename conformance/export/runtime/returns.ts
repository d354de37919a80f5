/** The part of an exported C program that reads what a BINDER_WRITE_READ returned, with the memory that it points to. */

/** The mapping of a process, and what was delivered into it. */
export const MAPPING = String.raw`
/* ---- Mappings, seen from outside. ---- */

/* Bytes of a mapping; NULL where some are not mapped or cannot be read. */
HELPER unsigned char *look(int p, const struct file *f, long at, long length)
{
	if (process[p].dead)
		return NULL;
	long pages = (f->mapped + PAGE - 1) / PAGE;
	if (at < 0 || at + length > pages * PAGE)
		return NULL;
	for (long page = at / PAGE; page * PAGE < at + length; page++)
		if (f->gone[page])
			return NULL;
	unsigned char *bytes = malloc((size_t)length + 1);
	struct iovec here = { bytes, (size_t)length }, there = { (void *)(f->base + at), (size_t)length };
	if (process_vm_readv(process[p].pid, &here, 1, &there, 1, 0) == length)
		return bytes;
	free(bytes);
	return NULL;
}
`;

/** Returns of a BINDER_WRITE_READ. NAMES are the BR_* words. */
export const RETURNS = String.raw`
/* ---- Returns, and where messages arrived. ---- */

static const struct { __u32 word; const char *name; } returnNames[] = {
	${'@NAMES@'}
};

/* A message as it arrived: its offset in the mapping, and the handle or descriptor that each object became. */
struct delivery {
	int op, nth;
	long buffer, slots, slot[256];
};
static struct delivery delivery[1024];
static int deliveries;

/* The message among the returns of an op, counted from 0; NULL when none arrived there. */
HELPER struct delivery *delivered(int op, int nth)
{
	for (int i = 0; i < deliveries; i++)
		if (delivery[i].op == op && delivery[i].nth == nth)
			return &delivery[i];
	return NULL;
}

/* The handle or descriptor that an object of a message became; a number that nothing has when it never arrived. */
HELPER __u32 slot(const struct delivery *from, int number)
{
	return from && number < from->slots && from->slot[number] >= 0 ? (__u32)from->slot[number] : 9999;
}

static __u64 wordAt(const unsigned char *at)
{
	__u64 word;
	memcpy(&word, at, 8);
	return word;
}

static __u32 typeAt(const unsigned char *data, long size, long at)
{
	__u32 type = 0;
	if (at < 0 || at + 4 > size)
		return 0;
	memcpy(&type, data + at, 4);
	long needs = type == BINDER_TYPE_PTR ? 40 : type == BINDER_TYPE_FDA ? 32 : 24;
	return at + needs > size ? 0 : type;
}

/* An address in the mapping becomes an offset in it. */
static void makeRelative(unsigned char *at, long base)
{
	__u64 word = wordAt(at);
	if (word >> 53 == 0 && word >= (__u64)base)
		word -= (__u64)base;
	memcpy(at, &word, 8);
}

/* Pieces behind the PTR objects, whose pointers become offsets in the mapping: in the data, and in their parents. */
static void showPieces(int p, const struct file *f, unsigned char *data, long size, const __u64 *places, long count)
{
	struct { unsigned char *bytes, *object; long length; } piece[256];
	long bySlot[256], pieces = 0;
	for (long i = 0; i < count && i < 256; i++) {
		bySlot[i] = -1;
		if (typeAt(data, size, (long)places[i]) != BINDER_TYPE_PTR)
			continue;
		unsigned char *object = data + places[i];
		makeRelative(object + 8, f->base);
		__u64 at = wordAt(object + 8), length = wordAt(object + 16);
		unsigned char *bytes = at >> 53 || length >> 53 || length == 0 ? NULL : look(p, f, (long)at, (long)length);
		bySlot[i] = pieces;
		piece[pieces].object = object;
		piece[pieces].bytes = bytes;
		piece[pieces++].length = bytes ? (long)length : 0;
	}
	for (long i = 0; i < pieces; i++) {
		__u32 flags;
		__u64 parent = wordAt(piece[i].object + 24), offset = wordAt(piece[i].object + 32);
		memcpy(&flags, piece[i].object + 4, 4);
		if (!(flags & BINDER_BUFFER_FLAG_HAS_PARENT) || parent >= (__u64)count || parent >= 256 || bySlot[parent] < 0)
			continue;
		if (offset >> 53 == 0 && (long)offset + 8 <= piece[bySlot[parent]].length)
			makeRelative(piece[bySlot[parent]].bytes + offset, f->base);
	}
	show(", data ");
	showBytes(data, size);
	show(", offsets [");
	for (long i = 0; i < count; i++)
		show("%s%lld", i ? ", " : "", (long long)places[i]);
	show("], pieces [");
	for (long i = 0; i < pieces; i++) {
		show("%s", i ? ", " : "");
		showBytes(piece[i].bytes, piece[i].length);
	}
	show("]}");
}

static void showDelivery(int p, const struct file *f, const unsigned char *at, int op, int nth)
{
	struct binder_transaction_data data;
	memcpy(&data, at, sizeof data);
	long buffer = (long)data.data.ptr.buffer - f->base, places = (long)data.data.ptr.offsets - f->base;
	long size = (long)data.data_size, placesSize = (long)data.offsets_size;
	showWord("{ptr", data.target.ptr);
	showWord(", cookie", data.cookie);
	show(", code %u, flags %u, sender ", data.code, data.flags);
	int sender = -1;
	for (int i = 0; data.sender_pid != 0 && i < PROCESSES; i++)
		if (process[i].pid == data.sender_pid)
			sender = i;
	show(sender < 0 ? "null" : "%d", sender);
	show(", euid %u, dataSize %ld, offsetsSize %ld, buffer %ld, offsetsAt %ld", data.sender_euid, size, placesSize, buffer, places);
	unsigned char *bytes = size > 0 ? look(p, f, buffer, size) : NULL;
	__u64 *offset = placesSize > 0 ? (__u64 *)look(p, f, places, placesSize) : NULL;
	long count = offset ? placesSize / 8 : 0;
	if (deliveries < 1024) {
		struct delivery *message = &delivery[deliveries++];
		message->op = op;
		message->nth = nth;
		message->buffer = buffer;
		message->slots = count < 256 ? count : 256;
		for (long i = 0; i < message->slots; i++) {
			__u32 type = bytes ? typeAt(bytes, size, (long)offset[i]) : 0, number;
			int named = type == BINDER_TYPE_HANDLE || type == BINDER_TYPE_WEAK_HANDLE || type == BINDER_TYPE_FD;
			if (named)
				memcpy(&number, bytes + offset[i] + 8, 4);
			message->slot[i] = named ? (long)number : -1;
		}
	}
	showPieces(p, f, bytes, bytes ? size : 0, offset, count);
	free(bytes);
	free(offset);
}

/* Everything between read_consumed as given and as copied back. */
static void showReturns(int p, const struct thread *t)
{
	const struct file *f = &file[p][t->file];
	if (f->origin) {
		p = f->opener;
		f = f->origin;
	}
	long at = t->consumed, to = (long)t->exchange->read_consumed, end = to < t->room ? to : t->room;
	for (int nth = 0; at < to; nth++) {
		__u32 word = 0;
		const char *name = NULL;
		if (at + 4 <= end)
			memcpy(&word, t->read + at, 4);
		for (size_t i = 0; at + 4 <= end && i < sizeof returnNames / sizeof *returnNames; i++)
			if (returnNames[i].word == word)
				name = returnNames[i].name;
		/* BR_ERROR is written without its payload. */
		long size = word == BR_ERROR ? 0 : (long)_IOC_SIZE(word);
		show("%s", nth ? ", " : "");
		if (name == NULL || at + 4 + size > end) {
			show("malformed{bytes ");
			showBytes(t->read + at, at < end ? end - at : 0);
			show("}");
			return;
		}
		const unsigned char *body = t->read + at + 4;
		show("%s", name);
		switch (word) {
		case BR_TRANSACTION:
		case BR_TRANSACTION_SEC_CTX:
		case BR_REPLY:
			showDelivery(p, f, body, t->op, nth);
			break;
		case BR_INCREFS:
		case BR_ACQUIRE:
		case BR_RELEASE:
		case BR_DECREFS:
			showWord("{ptr", wordAt(body));
			showWord(", cookie", wordAt(body + 8));
			show("}");
			break;
		case BR_DEAD_BINDER:
		case BR_CLEAR_DEATH_NOTIFICATION_DONE:
			showWord("{cookie", wordAt(body));
			show("}");
			break;
		}
		at += 4 + size;
	}
}

/* A BINDER_WRITE_READ that has returned. */
static void showExchange(int p, struct thread *t)
{
	showStatus(t->result);
	if (t->exchange) {
		showWord("{wrote", t->exchange->write_consumed);
		showWord(", read", t->exchange->read_consumed);
		if (t->read) {
			show(", returns [");
			showReturns(p, t);
			show("]");
		}
		show("}");
	}
	t->op = 0;
}
`;

/** Whoever waited and waits no more. */
export const COMPLETIONS = String.raw`
static void completions(void)
{
	settle(current);
	for (;;) { /* in ascending op number */
		struct thread *first = NULL;
		int of = 0;
		for (int p = 0; p < PROCESSES; p++)
			for (int t = 0; t < THREADS && !process[p].dead; t++) {
				struct thread *each = &process[p].thread[t];
				if (each->op != 0 && !each->busy && (!first || each->op < first->op)) {
					first = each;
					of = p;
				}
			}
		if (!first)
			return;
		show("; op %d: ", first->op);
		first->show(of, first);
	}
}
`;
