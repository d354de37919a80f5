/** The part of an exported C program that makes calls behind the driver's back: protection, advice, limits, epoll. */

/** What both epoll calls need. */
export const EPOLL_SET = String.raw`
/* The descriptor of the thread's epoll set. */
static long setOf(int op, struct thread *t)
{
	if (t->set == 0)
		t->set = CALL(op, t, SET);
	return t->set;
}
`;

/** By kind of op. */
export const MORE_CALLS = {
  file_io: String.raw`
HELPER void fileIo(int op, int p, int t, int f, long number)
{
	if (!isFree(op, p, t))
		return;
	struct thread *caller = &process[p].thread[t];
	showStatus(number == SYS_lseek ? CALL(op, caller, number, file[p][f].fd, 0, SEEK_CUR)
				       : CALL(op, caller, number, file[p][f].fd, (long)give(8), 1));
	finish();
}
`,
  mprotect: String.raw`
/* Everything that is left of the mapping. */
HELPER void protect(int op, int p, int t, int f, long protection)
{
	if (!isFree(op, p, t))
		return;
	struct file *mine = &file[p][f];
	long pages = (mine->mapped + PAGE - 1) / PAGE, result = 0;
	for (long page = 0, end; page < pages; page = end + 1) { /* whole pieces: to cut one would matter */
		for (end = page; end < pages && !mine->gone[end]; end++)
			;
		if (end > page)
			result = CALL(op, &process[p].thread[t], SYS_mprotect, mine->base + page * PAGE, (end - page) * PAGE, protection);
	}
	showStatus(result);
	finish();
}
`,
  madvise: String.raw`
/* What is left of a part of the mapping, or of all of it with length -1. */
HELPER void letGo(int op, int p, int t, int f, long from, long length)
{
	if (!isFree(op, p, t))
		return;
	struct file *mine = &file[p][f];
	struct thread *caller = &process[p].thread[t];
	long pages = (mine->mapped + PAGE - 1) / PAGE, result = 0;
	long last = length < 0 ? pages : from / PAGE + (length + PAGE - 1) / PAGE;
	if (from % PAGE != 0)
		result = CALL(op, caller, SYS_madvise, mine->base + from, PAGE, MADV_DONTNEED); /* the kernel's to refuse */
	else
		for (long page = from / PAGE; page < last && page < pages; page++)
			if (!mine->gone[page])
				result = CALL(op, caller, SYS_madvise, mine->base + page * PAGE, PAGE, MADV_DONTNEED);
	showStatus(result);
	finish();
}
`,
  limit_fds: String.raw`
/* Just so many free numbers are below the limit; -1: there is none. */
HELPER void limitFds(int op, int p, long left)
{
	struct rlimit limit;
	char path[64];
	begin(op);
	prlimit(process[p].pid, RLIMIT_NOFILE, NULL, &limit);
	limit.rlim_cur = limit.rlim_max;
	for (int fd = 3; left >= 0; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", process[p].pid, fd);
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && left-- == 0)
			limit.rlim_cur = (rlim_t)fd;
	}
	showStatus(prlimit(process[p].pid, RLIMIT_NOFILE, &limit, NULL) < 0 ? -errno : 0);
	finish();
}
`,
  epoll_ctl: String.raw`
HELPER void epollControl(int op, int p, int t, int f, long control)
{
	if (!isFree(op, p, t))
		return;
	struct thread *caller = &process[p].thread[t];
	struct epoll_event *event = give(sizeof *event);
	event->events = EPOLLIN;
	event->data.u64 = (__u64)f;
	long set = setOf(op, caller);
	showStatus(CALL(op, caller, SYS_epoll_ctl, set, control, file[p][f].fd, (long)event));
	finish();
}
`,
  epoll_wait: String.raw`
enum { EVENTS = 32 };

/* An epoll_wait that has returned: which files are readable. */
static void showWaited(int p, struct thread *t)
{
	(void)p;
	showStatus(t->result);
	if (t->result >= 0) {
		const char *comma = "";
		show("{ready [");
		for (__u64 f = 0; f < FILES; f++)
			for (long i = 0; i < t->result; i++)
				if (t->events[i].data.u64 == f) {
					show("%s%d", comma, (int)f);
					comma = ", ";
				}
		show("]}");
	}
	t->op = 0;
}

/* Timeout 0, or -1: until something is readable. */
HELPER void epollWait(int op, int p, int t, long timeout)
{
	if (!isFree(op, p, t))
		return;
	struct thread *caller = &process[p].thread[t];
	long set = setOf(op, caller);
	caller->events = give(EVENTS * (long)sizeof *caller->events);
	caller->op = op;
	caller->show = showWaited;
	order(caller, SYS_epoll_pwait, (long[6]){ set, (long)caller->events, EVENTS, timeout, 0, 8 });
	settle(op);
	if (caller->busy)
		show("pending");
	else
		showWaited(p, caller);
	finish();
}
`,
} as const;
