/** The part of an exported C program that makes the calls of a log, one function for each kind of op: the driver's own. */

/** By kind of op: opening, mapping, closing, ioctls. */
export const FILE_CALLS = {
  open: String.raw`
HELPER void openDevice(int op, int p, int t, int f, int context, int flags)
{
	if (!isFree(op, p, t))
		return;
	struct thread *caller = &process[p].thread[t];
	char *path = give((long)strlen(device[context]) + 1);
	strcpy(path, device[context]);
	follow(op, p, caller);
	long fd = CALL(op, caller, OPEN, (long)path, O_CLOEXEC | flags, 64 + f);
	file[p][f] = (struct file){ .fd = fd };
	showStatus(fd);
	finish();
}
`,
  mmap: String.raw`
HELPER void map(int op, int p, int t, int f, long size, int protection, int flags)
{
	if (!isFree(op, p, t))
		return;
	struct file *mine = &file[p][f];
	/* Low addresses: where half of a stale pointer shows, it shows as an offset does. */
	long low = size <= 16l << 20 ? MAP_32BIT : 0;
	long base = CALL(op, &process[p].thread[t], SYS_mmap, 0, size, protection, flags | MAP_NORESERVE | low, mine->fd, 0);
	if (base > 0 && !mine->origin) {
		mine->base = base;
		mine->mapped = size;
		mine->gone = calloc((size_t)(size / PAGE) + 1, 1);
	}
	showStatus(base);
	finish();
}
`,
  munmap: String.raw`
/* Unmaps what is still mapped of the range; length -1 is all of it. */
HELPER void unmap(int op, int p, int t, int f, long from, long length)
{
	if (!isFree(op, p, t))
		return;
	struct file *mine = &file[p][f];
	struct thread *caller = &process[p].thread[t];
	long pages = (mine->mapped + PAGE - 1) / PAGE, result = 0;
	if (length < 0)
		length = mine->mapped;
	long first = from / PAGE, last = first + (length + PAGE - 1) / PAGE;
	if (from % PAGE != 0 || length == 0) {
		result = CALL(op, caller, SYS_munmap, mine->base + from, length); /* the kernel's to refuse */
	} else {
		for (long page = first, end; page < last && page < pages; page = end) {
			for (end = page; end < last && end < pages && !mine->gone[end]; end++)
				;
			if (end > page)
				result = CALL(op, caller, SYS_munmap, mine->base + page * PAGE, (end - page) * PAGE);
			else
				end++;
		}
		for (long page = first; result == 0 && page < last && page < pages; page++)
			mine->gone[page] = 1;
	}
	if (mine->closed)
		drain(op);
	showStatus(result);
	finish();
}
`,
  share: String.raw`
/* Process q gets a descriptor of the same open file. */
HELPER void shareDevice(int op, int p, int t, int f, int q, int g)
{
	if (!isFree(op, p, t))
		return;
	struct file *mine = &file[p][f];
	long fd = CALL(op, &process[q].leader, TAKE, process[p].pid, mine->fd, 64 + g);
	if (mine->origin)
		file[q][g] = (struct file){ .fd = fd, .origin = mine->origin, .opener = mine->opener };
	else
		file[q][g] = (struct file){ .fd = fd, .origin = mine, .opener = p };
	showStatus(fd);
	finish();
}
`,
  fork: String.raw`
/* Process q is a copy of p, with its descriptors and user; its thread 0 has the nice value of the thread that forks. */
HELPER void forkProcess(int op, int p, int t, int q)
{
	if (!isFree(op, p, t))
		return;
	prepare(&process[q]);
	process[q].euid = process[p].euid;
	for (int i = 0; i < THREADS; i++)
		process[q].thread[i].euid = process[p].euid;
	process[q].pid = (int)CALL(op, &process[p].leader, FORK, q);
	while (!process[q].ready) {
		if (kill(process[q].pid, 0) < 0)
			stop("op %d: process %d could not be copied", op, p);
		usleep(100);
	}
	for (int f = 0; f < FILES; f++) {
		struct file *mine = &file[p][f];
		if (mine->fd < 64 || mine->closed)
			continue;
		file[q][f] = (struct file){ .fd = mine->fd, .origin = mine, .opener = p };
		if (mine->origin) {
			file[q][f].origin = mine->origin;
			file[q][f].opener = mine->opener;
		}
	}
	if (process[q].thread[0].tid != 0)
		setpriority(PRIO_PROCESS, (id_t)process[q].thread[0].tid, getpriority(PRIO_PROCESS, (id_t)process[p].thread[t].tid));
	showStatus(0);
	finish();
}
`,
  close: String.raw`
HELPER void closeDevice(int op, int p, int t, int f)
{
	if (!isFree(op, p, t))
		return;
	long result = CALL(op, &process[p].thread[t], SYS_close, file[p][f].fd);
	file[p][f].closed = 1;
	drain(op);
	showStatus(result);
	finish();
}
`,
  flush: String.raw`
/* A copy of the descriptor is made and closed. */
HELPER void flush(int op, int p, int t, int f)
{
	if (!isFree(op, p, t))
		return;
	struct thread *caller = &process[p].thread[t];
	long copy = CALL(op, caller, SYS_dup, file[p][f].fd);
	CALL(op, caller, SYS_close, copy);
	drain(op);
	showStatus(copy);
	finish();
}
`,
  kill: String.raw`
HELPER void killProcess(int op, int p)
{
	begin(op);
	kill(process[p].pid, SIGKILL);
	while (waitpid(process[p].pid, NULL, 0) < 0 && errno == EINTR)
		;
	while (kill(process[p].pid, 0) == 0) { /* a copy is ours to wait for only when its parent is dead */
		waitpid(process[p].pid, NULL, WNOHANG);
		usleep(100);
	}
	process[p].dead = 1;
	drain(op);
	showStatus(0);
	finish();
}
`,
  write_read: String.raw`
/* BINDER_WRITE_READ with the commands and the room that were prepared. */
HELPER void writeRead(int op, int p, int t, int f)
{
	struct thread *caller = &process[p].thread[t];
	struct binder_write_read *exchange = give(sizeof *exchange);
	if (!isFree(op, p, t)) {
		memset(&next, 0, sizeof next);
		next.size = next.limit = next.room = next.roomLimit = -1;
		return;
	}
	exchange->write_size = (__u64)(next.size >= 0 ? next.size : next.length);
	exchange->write_consumed = (__u64)next.consumed;
	if (next.length > 0 || exchange->write_size > 0) {
		long length = next.limit >= 0 && next.limit < next.length ? next.limit : next.length;
		void *write = next.limit >= 0 ? guarded(length) : give(length);
		memcpy(write, next.bytes, (size_t)length);
		exchange->write_buffer = (__u64)write;
	}
	caller->read = NULL;
	caller->room = next.roomLimit >= 0 ? next.roomLimit : next.room + 1024; /* small read buffers are overrun */
	caller->consumed = next.roomConsumed;
	if (next.room >= 0) {
		caller->read = next.roomLimit >= 0 ? guarded(next.roomLimit) : give(caller->room);
		exchange->read_size = (__u64)next.room;
		exchange->read_consumed = (__u64)next.roomConsumed;
		exchange->read_buffer = (__u64)caller->read;
	}
	caller->op = op;
	caller->show = showExchange;
	caller->file = f;
	caller->exchange = next.bad ? NULL : exchange;
	long argument = next.bad ? BAD_POINTER : (long)exchange;
	memset(&next, 0, sizeof next);
	next.size = next.limit = next.room = next.roomLimit = -1;
	follow(op, p, caller);
	order(caller, SYS_ioctl, (long[6]){ file[p][f].fd, (long)BINDER_WRITE_READ, argument });
	settle(op);
	if (caller->busy)
		show("pending");
	else
		showExchange(p, caller);
	finish();
}
`,
  ioctl: String.raw`
static unsigned char argument[256]; /* of the next ioctl */

HELPER void field(long at, int width, __u64 value)
{
	memcpy(argument + at, &value, (size_t)width);
}

HELPER int pidOf(int p)
{
	return process[p].pid == 0 ? 0x3fffffff : process[p].pid; /* a file may outlive its opener */
}

/* Any other ioctl. */
HELPER void control(int op, int p, int t, int f, __u32 command, int bad)
{
	struct thread *caller = &process[p].thread[t];
	unsigned char *in = give(sizeof argument);
	memcpy(in, argument, sizeof argument);
	memset(argument, 0, sizeof argument);
	if (!isFree(op, p, t))
		return;
	follow(op, p, caller);
	long result = CALL(op, caller, SYS_ioctl, file[p][f].fd, (long)command, bad ? BAD_POINTER : (long)in);
	__u32 *word = (__u32 *)in;
	__u64 *wide = (__u64 *)in;
	showStatus(result);
	if (result >= 0)
		switch (command) {
		case (__u32)BINDER_VERSION:
			show("{out {version %d}}", (int)word[0]);
			break;
		case (__u32)BINDER_GET_NODE_DEBUG_INFO:
			showWord("{out {ptr", wide[0]);
			showWord(", cookie", wide[1]);
			show(", hasStrong %u, hasWeak %u}}", word[4], word[5]);
			break;
		case (__u32)BINDER_GET_NODE_INFO_FOR_REF:
			show("{out {handle %u, strong %u, weak %u}}", word[0], word[1], word[2]);
			break;
		case (__u32)BINDER_GET_FROZEN_INFO:
			show("{out {syncRecv %u, asyncRecv %u}}", word[1], word[2]);
			break;
		case (__u32)BINDER_GET_EXTENDED_ERROR:
			show("{out {hasId %s, command %u, param %d}}", word[0] ? "true" : "false", word[1], (int)word[2]);
			break;
		}
	finish();
}
`,
} as const;
