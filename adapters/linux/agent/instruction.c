/* The instructions of a program, one after the other. */
#include "slot.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	SYSCALL = 1, PEEK, POKE, LOAD, SETREG, SIGNAL, KILL, EXIT_THREAD, FORK, IDS, READ_FILE, WAIT_FILE, WAIT_KERNEL, SETTLE, SLEEP, RESET, DESCRIPTORS, EUID, WRITE_FILE, LIMIT, SHARE,
};

static void result(i64 value, const void *bytes, u32 length, int outs)
{
	struct reply *r = &self.reply;
	put(r, 1, 1);
	put(r, 0, 1);
	put(r, (u64)outs, 2);
	put(r, self.tag, 4);
	put(r, (u64)value, 8);
	if (!outs)
		return;
	put(r, length, 4);
	putBytes(r, bytes, length);
}

static pid_t pidOf(int p)
{
	return self.process[p].alive ? self.process[p].pid : self.process[p].lastPid;
}

/* Reads a whole file into a buffer that the next call reuses; answers its length or a negative errno. */
static ssize_t slurp(const char *path, char **text)
{
	static char *buffer;
	static size_t capacity;
	ssize_t total = 0, n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		if (capacity - (size_t)total < 65536) {
			capacity = capacity * 2 + 131072;
			buffer = realloc(buffer, capacity);
		}
		n = read(fd, buffer + total, capacity - (size_t)total - 1);
		if (n < 0)
			total = -errno;
		if (n <= 0)
			break;
		total += n;
	}
	close(fd);
	if (total >= 0)
		buffer[total] = 0;
	*text = buffer;
	return total;
}

/* Copies a text of the program, with %d standing for the process id of the instruction's process. */
static void takeText(struct cursor *c, char *into, size_t room)
{
	u32 length = (u32)take(c, 2);
	const u8 *bytes = takeBytes(c, length);
	size_t at = 0;
	if (c->bad || length + 16 > room)
		fail(F_MALFORMED, self.p, self.t, 0, "a text is cut short or too long");
	for (u32 i = 0; i < length; i++) {
		if (bytes[i] == '%' && i + 1 < length && bytes[i + 1] == 'd') {
			at += (size_t)snprintf(into + at, room - at, "%d", pidOf(self.p));
			i++;
		} else if (at + 1 < room) {
			into[at++] = (char)bytes[i];
		}
	}
	into[at] = 0;
}

static void peek(struct cursor *c, int runs)
{
	u64 address = argument(c, NULL);
	u32 length = (u32)take(c, 4);
	if (c->bad || length > INBOX_BYTES)
		fail(F_MALFORMED, self.p, self.t, 0, "PEEK is cut short");
	u8 *bytes = malloc(length ? length : 1);
	struct iovec local = { bytes, length }, remote = { (void *)(uintptr_t)address, length };
	ssize_t n = process_vm_readv(needProcess(self.p)->pid, &local, 1, &remote, 1, 0);
	i64 value = n == (ssize_t)length ? n : n < 0 ? -errno : -EFAULT;
	if (runs) {
		size_t start = self.reply.length + 16;
		result(value, NULL, 0, 1);
		putRuns(&self.reply, bytes, n < 0 ? 0 : (u32)n);
		u32 size = (u32)(self.reply.length - start - 4);
		memcpy(self.reply.bytes + start, &size, 4);
	} else {
		result(value, bytes, n < 0 ? 0 : (u32)n, 1);
	}
	free(bytes);
}

static void poke(struct cursor *c)
{
	u64 address = argument(c, NULL);
	u32 length = (u32)take(c, 4);
	const u8 *bytes = takeBytes(c, length);
	if (c->bad)
		fail(F_MALFORMED, self.p, self.t, 0, "POKE is cut short");
	struct iovec local = { (void *)(uintptr_t)bytes, length }, remote = { (void *)(uintptr_t)address, length };
	ssize_t n = process_vm_writev(needProcess(self.p)->pid, &local, 1, &remote, 1, 0);
	result(n == (ssize_t)length ? n : n < 0 ? -errno : -EFAULT, NULL, 0, 0);
}

static void load(struct cursor *c)
{
	u64 address = argument(c, NULL), value = 0;
	u32 reg = (u32)take(c, 2), width = (u32)take(c, 2);
	if (c->bad || reg >= REGS || width > 8)
		fail(F_MALFORMED, self.p, self.t, 0, "LOAD names nothing");
	struct iovec local = { &value, width }, remote = { (void *)(uintptr_t)address, width };
	ssize_t n = process_vm_readv(needProcess(self.p)->pid, &local, 1, &remote, 1, 0);
	if (n == (ssize_t)width)
		self.reg[self.p][reg] = value;
	result(n == (ssize_t)width ? n : n < 0 ? -errno : -EFAULT, NULL, 0, 0);
}

static void setRegister(struct cursor *c)
{
	u64 value = argument(c, NULL);
	u32 reg = (u32)take(c, 2);
	if (c->bad || reg >= REGS)
		fail(F_MALFORMED, self.p, self.t, 0, "SETREG names nothing");
	self.reg[self.p][reg] = value;
	result(0, NULL, 0, 0);
}

static void sendSignal(struct cursor *c)
{
	u32 number = (u32)take(c, 4);
	struct thread *thread = needThread(self.p, self.t);
	long n = syscall(SYS_tgkill, self.process[self.p].pid, thread->tid, number);
	result(n < 0 ? -errno : n, NULL, 0, 0);
}

static void ids(struct cursor *c)
{
	u32 pidRegister = (u32)take(c, 2), tidRegister = (u32)take(c, 2);
	struct process *process = needProcess(self.p);
	u32 both[2] = { (u32)process->pid, tidRegister < REGS ? (u32)needThread(self.p, self.t)->tid : 0 };
	if (pidRegister < REGS)
		self.reg[self.p][pidRegister] = both[0];
	if (tidRegister < REGS)
		self.reg[self.p][tidRegister] = both[1];
	result(0, both, sizeof both, 1);
}

static void readFile(struct cursor *c)
{
	char path[512], *text;
	u32 most = (u32)take(c, 4);
	takeText(c, path, sizeof path);
	ssize_t n = slurp(path, &text);
	result(n, text, n < 0 ? 0 : (u32)n < most ? (u32)n : most, 1);
}

static int holds(const char *text, const char *pattern)
{
	for (const char *at = text; (at = strstr(at, pattern)) != NULL; at++)
		if (at == text || at[-1] == '\n')
			return 1;
	return 0;
}

/* Waits until no line of the file begins with the pattern. */
static void waitFile(struct cursor *c)
{
	char path[512], pattern[512], *text;
	u64 limit = now() + take(c, 4) * 1000ull;
	takeText(c, path, sizeof path);
	takeText(c, pattern, sizeof pattern);
	for (u32 round = 30;;) {
		ssize_t n = slurp(path, &text);
		if (n == -ENOENT || (n >= 0 && !holds(text, pattern)))
			return result(0, NULL, 0, 0);
		if (n < 0)
			return result(n, NULL, 0, 0);
		if (now() > limit)
			return result(-ETIMEDOUT, NULL, 0, 0);
		pause_(&round);
	}
}

/* Occupies or frees the low descriptor numbers. */
static void files(struct cursor *c)
{
	needProcess(self.p);
	result(tellLeader(self.p, take(c, 1) ? M_FREE : M_OCCUPY), NULL, 0, 0);
}

static void changeUser(struct cursor *c)
{
	struct process *process = needProcess(self.p);
	process->euid = self.box->process[self.p].subject = (u32)take(c, 4);
	process->dirty = 1;
	result(tellLeader(self.p, M_EUID), NULL, 0, 0);
}

/* The number such that just so many free ones are below it. */
static u32 limitFor(pid_t pid, u32 free)
{
	char path[64];
	for (u32 number = LOW;; number++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%u", pid, number);
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && free-- == 0)
			return number;
	}
}

/* Limits the descriptors of a process, ends that, or lifts the limit for a while. */
static void limitDescriptors(struct cursor *c)
{
	struct process *process = needProcess(self.p);
	u32 mode = (u32)take(c, 1), free = (u32)take(c, 4);
	if (mode == 0)
		process->limit = limitFor(process->pid, free);
	else if (mode == 1)
		process->limit = 0;
	result(setLimit(self.p, mode == 2 ? 0 : process->limit), NULL, 0, 0);
}

static void share(struct cursor *c)
{
	int owner = (int)take(c, 1) % PROCS;
	u32 wanted = (u32)take(c, 2);
	u64 number = argument(c, NULL);
	if (c->bad)
		fail(F_MALFORMED, self.p, self.t, 0, "SHARE is cut short");
	result(shareFile(self.p, owner, (u32)number, wanted), NULL, 0, 0);
}

static void writeFile(struct cursor *c)
{
	char path[512], text[512];
	takeText(c, path, sizeof path);
	takeText(c, text, sizeof text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	i64 value = n < 0 ? -errno : n;
	if (fd >= 0)
		close(fd);
	result(value, NULL, 0, 0);
}

static void sleepFor(u64 microseconds)
{
	struct timespec nap = { .tv_sec = (time_t)(microseconds / 1000000), .tv_nsec = (long)(microseconds % 1000000) * 1000 };
	while (nanosleep(&nap, &nap) < 0 && errno == EINTR)
		;
}

/* Waits for the kernel's deferred work; with a delay, once more after it, for work that a timer starts. */
static void waitKernel(struct cursor *c)
{
	u64 delay = take(c, 4);
	waitKernelIdle();
	if (delay) {
		sleepFor(delay);
		waitKernelIdle();
	}
	result(0, NULL, 0, 0);
}

static void perform(int operation, u8 flags, struct cursor *c)
{
	switch (operation) {
	case SYSCALL: doCall(c, flags); return;
	case PEEK: peek(c, flags & 1); return;
	case POKE: poke(c); return;
	case LOAD: load(c); return;
	case SETREG: setRegister(c); return;
	case IDS: ids(c); return;
	case READ_FILE: readFile(c); return;
	case SIGNAL: sendSignal(c); break;
	case KILL: killProcess(self.p); result(0, NULL, 0, 0); break;
	case EXIT_THREAD: leaveThread(self.p, self.t); result(0, NULL, 0, 0); break;
	case FORK: forkProcess(self.p, self.t, (int)take(c, 1) % PROCS); result(0, NULL, 0, 0); break;
	case WAIT_FILE: waitFile(c); break;
	case WAIT_KERNEL: waitKernel(c); break;
	case SETTLE: result(0, NULL, 0, 0); break;
	case SLEEP: sleepFor(take(c, 4)); result(0, NULL, 0, 0); break;
	case DESCRIPTORS: files(c); return;
	case EUID: changeUser(c); return;
	case LIMIT: limitDescriptors(c); return;
	case SHARE: share(c); return;
	case WRITE_FILE: writeFile(c); break;
	case RESET: result(resetProcesses(), NULL, 0, 0); if (flags & 1) waitKernelIdle(); return;
	default: fail(F_MALFORMED, self.p, self.t, operation, "no such instruction");
	}
	settleAll();
}

void runProgram(const u8 *bytes, size_t length)
{
	struct cursor all = { bytes, bytes + length, 0 };
	while (all.at < all.end) {
		int operation = (int)take(&all, 1);
		self.p = (int)take(&all, 1);
		self.t = (int)take(&all, 1);
		u8 flags = (u8)take(&all, 1);
		self.tag = (u32)take(&all, 4);
		u32 size = (u32)take(&all, 4);
		const u8 *body = takeBytes(&all, size);
		if (all.bad || self.p >= PROCS || self.t >= THREADS)
			fail(F_MALFORMED, self.p, self.t, 0, "an instruction is cut short or names no process");
		struct cursor c = { body, body + size, 0 };
		perform(operation, flags, &c);
		if (c.bad)
			fail(F_MALFORMED, self.p, self.t, 0, "an instruction is cut short");
	}
}
