/** The part of an exported C program by which a process gets descriptors, under numbers that are out of the way. */

/** Opening the device, taking the descriptor of another process, and making a copy that has them all. */
export const DESCRIPTORS = String.raw`static int low[128], lows;

/* Takes every free number below the one that is wanted, until lowAgain. Descriptor 0 is of a kind (O_PATH) whose copies mean
 * nothing to anybody. */
static void leadTo(long wanted)
{
	int fd;
	while ((fd = dup(0)) >= 0 && fd < wanted)
		low[lows++] = fd;
	close(fd);
}

static void lowAgain(void)
{
	int error = errno;
	while (lows > 0)
		close(low[--lows]);
	errno = error;
}

/* Opens the device under a number from 64 up: what the driver hands out later gets the lowest free numbers. */
static long openHigh(const char *path, long flags, long wanted)
{
#ifdef LIMITS /* the number must be one that the process may have; then it is given back for another */
	int given = open(path, (int)flags);
	return given < 0 ? given : moveHigh(given, (int)wanted);
#endif
	leadTo(wanted);
	int fd = open(path, (int)flags);
	lowAgain();
	return fd;
}

/* A descriptor of the file behind one of another process. The process must have a number left. */
HELPER long takeFile(int pid, long fd, long wanted)
{
	int probe = dup(0);
	if (probe < 0)
		return -1;
	close(probe);
	struct rlimit limit = lift();
	long owner = moveHigh((int)syscall(SYS_pidfd_open, pid, 0), 128);
	leadTo(wanted);
	long taken = syscall(SYS_pidfd_getfd, owner, fd, 0);
	lowAgain();
	close((int)owner);
	setrlimit(RLIMIT_NOFILE, &limit);
	return taken;
}

_Noreturn static void runThreads(struct process *mine, const int *threads);
static const int *copied[PROCESSES]; /* threads of the processes that others fork */

/* The leader of a process forks; nobody waits for the copy, the kernel takes it away when it ends. */
static long copyProcess(int q)
{
	signal(SIGCHLD, SIG_IGN);
	int pid = fork();
	if (pid == 0)
		runThreads(&process[q], copied[q]);
	return pid;
}

`;
