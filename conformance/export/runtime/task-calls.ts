/** The part of an exported C program that makes the other calls of a log: about threads, users, pages. */

/** By kind of op. */
export const TASK_CALLS = {
  poll: String.raw`
/* Asks for every event without waiting. */
HELPER void pollDevice(int op, int p, int t, int f)
{
	if (!isFree(op, p, t))
		return;
	struct pollfd *asked = give(sizeof *asked);
	struct timespec *none = give(sizeof *none);
	asked->fd = (int)file[p][f].fd;
	asked->events = (short)0xffff;
	showStatus(CALL(op, &process[p].thread[t], SYS_ppoll, (long)asked, 1, (long)none));
	show("{readable %s}", asked->revents & POLLIN ? "true" : "false");
	finish();
}
`,
  set_nonblock: String.raw`
HELPER void setNonblock(int op, int p, int t, int f, int nonblock)
{
	if (!isFree(op, p, t))
		return;
	showStatus(CALL(op, &process[p].thread[t], SYS_fcntl, file[p][f].fd, F_SETFL, nonblock ? O_NONBLOCK : 0));
	finish();
}
`,
  signal: String.raw`
/* A signal whose handler does nothing. */
HELPER void interrupt(int op, int p, int t)
{
	begin(op);
	showStatus(syscall(SYS_tgkill, process[p].pid, process[p].thread[t].tid, SIGUSR1) < 0 ? -errno : 0);
	finish();
}
`,
  exit_task: String.raw`
/* The native thread ends; the driver is told nothing. */
HELPER void endThread(int op, int p, int t)
{
	char text[16];
	if (!isFree(op, p, t))
		return;
	struct thread *leaver = &process[p].thread[t];
	leaver->ended = 1;
	leaver->number = LEAVE;
	sem_post(&leaver->go);
	while (readTask(process[p].pid, leaver->tid, "stat", text, sizeof text))
		usleep(100);
	showStatus(0);
	finish();
}
`,
  set_nice: String.raw`
HELPER void setNice(int op, int p, int t, int nice)
{
	if (!isFree(op, p, t))
		return;
	showStatus(CALL(op, &process[p].thread[t], SYS_setpriority, PRIO_PROCESS, 0, nice));
	finish();
}
`,
  get_nice: String.raw`
HELPER void getNice(int op, int p, int t)
{
	if (!isFree(op, p, t))
		return;
	showStatus(0);
	show("{nice %ld}", 20 - CALL(op, &process[p].thread[t], SYS_getpriority, PRIO_PROCESS, 0));
	finish();
}
`,
  set_euid: String.raw`
/* Each thread follows when it makes its next call. */
HELPER void setUser(int op, int p, uid_t euid)
{
	begin(op);
	process[p].euid = euid;
	showStatus(CALL(op, &process[p].leader, SYS_setresuid, -1, (long)euid, -1));
	finish();
}
`,
  reclaim: String.raw`
/* Memory pressure: the kernel drops every page that it can have back. */
HELPER void reclaim(int op)
{
	begin(op);
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	long written = write(fd, "2", 1);
	close(fd);
	drain(op);
	showStatus(written == 1 ? 0 : -errno);
	finish();
}
`,
  peek: String.raw`
/* Bytes of the mapping, as the process reads them; addresses in it become offsets. Half an address more is read on both
 * sides, within the page, so that an address which begins or ends there is seen whole. */
HELPER void peek(int op, int p, int t, int f, long at, long length)
{
	if (!isFree(op, p, t))
		return;
	const struct file *mine = &file[p][f];
	long end = at + length, from = at - at % PAGE, to = (end + PAGE - 1) / PAGE * PAGE;
	if ((at & ~3l) - 4 > from)
		from = (at & ~3l) - 4;
	if (((end + 3) & ~3l) + 4 < to)
		to = ((end + 3) & ~3l) + 4;
	unsigned char *own = look(p, mine, at, length), *bytes = own ? look(p, mine, from, to - from) : NULL;
	showStatus(0);
	show("{bytes ");
	if (bytes) {
		for (long i = 0; i + 8 <= to - from; i += 4) {
			__u64 word;
			memcpy(&word, bytes + i, 8);
			if (word >= (__u64)mine->base && word < (__u64)(mine->base + mine->mapped)) {
				word -= (__u64)mine->base;
				memcpy(bytes + i, &word, 8);
			}
		}
		showBytes(bytes + (at - from), length);
	} else {
		show("null");
	}
	show("}");
	free(own);
	free(bytes);
	finish();
}
`,
} as const;
