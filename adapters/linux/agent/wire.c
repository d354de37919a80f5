/* Frames: bounds-checked reading of a program, growing replies, one writer at a time on the channel. */
#include "agent.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct channel *channel;

void channelOpen(int in, int out)
{
	channel = mmap(NULL, sizeof *channel, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	channel->in = in;
	channel->out = out;
}

void lockTake(struct lock *lock)
{
	u32 expected = 0;
	if (!atomic_compare_exchange_strong(&lock->word, &expected, 1))
		while (atomic_exchange(&lock->word, 2) != 0)
			futexWait(&lock->word, 2);
	atomic_store(&lock->owner, (u32)getpid());
}

void lockGive(struct lock *lock)
{
	atomic_store(&lock->owner, 0);
	if (atomic_exchange(&lock->word, 0) == 2)
		futexWake(&lock->word);
}

/* Gives a lock back for a process that died with it. */
void lockBury(struct lock *lock, pid_t dead)
{
	if (atomic_load(&lock->owner) == (u32)dead)
		lockGive(lock);
}

u64 take(struct cursor *c, int width)
{
	u64 value = 0;
	if (c->bad || c->end - c->at < width) {
		c->bad = 1;
		return 0;
	}
	memcpy(&value, c->at, (size_t)width);
	c->at += width;
	return value;
}

const u8 *takeBytes(struct cursor *c, size_t length)
{
	const u8 *start = c->at;
	if (c->bad || (size_t)(c->end - c->at) < length) {
		c->bad = 1;
		return NULL;
	}
	c->at += length;
	return start;
}

static void room(struct reply *r, size_t more)
{
	if (r->length + more <= r->capacity)
		return;
	r->capacity = (r->length + more) * 2 + 65536;
	r->bytes = realloc(r->bytes, r->capacity);
	if (!r->bytes)
		_exit(9);
}

void put(struct reply *r, u64 value, int width)
{
	putBytes(r, &value, (size_t)width);
}

void putBytes(struct reply *r, const void *bytes, size_t length)
{
	room(r, length);
	memcpy(r->bytes + r->length, bytes, length);
	r->length += length;
}

/* Bytes as pairs of different ones and equal ones, until there are as many as wanted. */
void takeRuns(struct cursor *c, u8 *into, u32 length)
{
	for (u32 at = 0; at < length && !c->bad;) {
		u32 different = (u32)take(c, 4);
		const u8 *bytes = takeBytes(c, different);
		u32 equal = (u32)take(c, 4);
		u8 byte = (u8)take(c, 1);
		if (c->bad || different > length - at || equal > length - at - different || different + equal == 0) {
			c->bad = 1;
			return;
		}
		memcpy(into + at, bytes, different);
		memset(into + at + different, byte, equal);
		at += different + equal;
	}
}

enum { SHORTEST_RUN = 32 };

void putRuns(struct reply *r, const u8 *bytes, u32 length)
{
	u32 from = 0;
	for (u32 at = 0; at < length;) {
		u32 end = at + 1;
		while (end < length && bytes[end] == bytes[at])
			end++;
		if (end - at < SHORTEST_RUN && end < length) {
			at = end;
			continue;
		}
		put(r, at - from, 4);
		putBytes(r, bytes + from, at - from);
		put(r, end - at, 4);
		put(r, bytes[at], 1);
		from = at = end;
	}
}

void replyBegin(struct reply *r, u32 id, u16 slot)
{
	r->length = 0;
	put(r, 0, 4);
	put(r, id, 4);
	put(r, slot, 2);
	put(r, 0, 2);
}

void replyFail(struct reply *r, enum failure code, int p, int t, u32 tag, i64 detail, const char *message)
{
	r->bytes[10] = 1;
	put(r, 3, 1);
	put(r, code, 1);
	put(r, (u8)p, 1);
	put(r, (u8)t, 1);
	put(r, tag, 4);
	put(r, (u64)detail, 8);
	put(r, strlen(message), 4);
	putBytes(r, message, strlen(message));
}

void replySend(struct reply *r)
{
	u32 length = (u32)(r->length - 4);
	memcpy(r->bytes, &length, 4);
	lockTake(&channel->writing);
	for (size_t sent = 0; sent < r->length;) {
		ssize_t n = write(channel->out, r->bytes + sent, r->length - sent);
		if (n > 0) {
			sent += (size_t)n;
			continue;
		}
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			break;
		struct pollfd writable = { .fd = channel->out, .events = POLLOUT };
		poll(&writable, 1, 100);
	}
	lockGive(&channel->writing);
}
