/** The part of an exported C program that makes processes and threads and knows when they have come to rest. */
import { DESCRIPTORS } from './descriptors.ts';

/** Includes, and what the log is made of: PROCESSES, THREADS and FILES come from the exporter. */
export const HEAD = String.raw`#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/android/binder.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096l
#define HELPER static __attribute__((unused))
#ifndef MAP_32BIT
#define MAP_32BIT 0 /* x86-64 only; elsewhere a stale pointer may show where an offset is expected */
#endif
`;

export const THREADS = String.raw`
/* ---- Processes and threads. Each thread makes one system call at a time, as the main program tells it. ---- */

enum { LEAVE = -1, OPEN = -2, SET = -3, TAKE = -4, FORK = -5 }; /* in place of a system call's number */

struct thread {
	sem_t go;
	atomic_int tid, busy; /* busy: the call that was ordered has not returned */
	long number, argument[6], result;
	/* What the main program knows of it. */
	int ended, op, file; /* op: the call under way that may wait, 0 for none */
	void (*show)(int p, struct thread *t); /* shows what it returned */
	struct epoll_event *events;
	long set; /* descriptor of its epoll set, 0 for none */
	uid_t euid;
	struct binder_write_read *exchange;
	unsigned char *read;
	long consumed, room; /* read_consumed as given, bytes of the read buffer that exist */
};

static struct process {
	atomic_int ready;
	int pid, dead;
	uid_t euid;
	struct thread leader, thread[THREADS];
} *process; /* shared by everybody */

struct file {
	long fd;
	long base, mapped; /* where the mapping is, and its bytes */
	unsigned char *gone; /* pages that are unmapped again */
	int closed;
	struct file *origin; /* of a descriptor that another process handed on: the opener's, which has the mapping */
	int opener;
};
HELPER struct file file[PROCESSES][FILES];

/* Where the mapping of an open file is: in its opener. */
HELPER long baseOf(int p, int f)
{
	return file[p][f].origin ? file[p][f].origin->base : file[p][f].base;
}

HELPER const char *device[] = { DEVICES };

_Noreturn static void stop(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
	va_end(values);
	exit(2);
}

static void stopEverybody(void)
{
	for (int p = 0; p < PROCESSES; p++)
		if (process[p].pid > 0 && !process[p].dead)
			kill(process[p].pid, SIGKILL);
}

/* Lifts the limit of the descriptors; answers what it was. */
HELPER struct rlimit lift(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ limit.rlim_max, limit.rlim_max });
	return limit;
}

/* Gives a descriptor a number from from up. */
HELPER long moveHigh(int fd, int from)
{
	struct rlimit limit = lift();
	long high = fcntl(fd, F_DUPFD_CLOEXEC, from);
	close(fd);
	setrlimit(RLIMIT_NOFILE, &limit);
	return high;
}

/* An epoll set, under a number that nothing received gets. */
HELPER long makeSet(void)
{
	struct rlimit limit = lift();
	long set = moveHigh(epoll_create1(EPOLL_CLOEXEC), 200);
	setrlimit(RLIMIT_NOFILE, &limit);
	return set;
}

${DESCRIPTORS}static void *perform(void *own)
{
	struct thread *t = own;
	t->tid = (int)syscall(SYS_gettid);
	for (;;) {
		while (sem_wait(&t->go) != 0)
			;
		long *a = t->argument;
		if (t->number == LEAVE)
			return NULL;
		long result = t->number == OPEN ? openHigh((const char *)a[0], a[1], a[2])
			    : t->number == SET	? makeSet()
			    : t->number == TAKE ? takeFile((int)a[0], a[1], a[2])
			    : t->number == FORK ? copyProcess((int)a[0])
						: syscall(t->number, a[0], a[1], a[2], a[3], a[4], a[5]);
		t->result = result == -1 ? -errno : result;
		atomic_store(&t->busy, 0);
	}
}

static void ignore(int number)
{
	(void)number;
}

_Noreturn static void runThreads(struct process *mine, const int *threads)
{
	pthread_t thread;
	for (; *threads >= 0; threads++) { /* thread ids ascend with the numbers of the log */
		struct thread *t = &mine->thread[*threads];
		if (pthread_create(&thread, NULL, perform, t) != 0)
			_exit(1);
		while (t->tid == 0)
			sched_yield();
	}
	mine->ready = 1;
	perform(&mine->leader);
	_exit(0);
}

/* A process of the log: descriptors 0 to 2 mean nothing, 100 to 115 are ordinary files, the others are free. */
_Noreturn static void live(struct process *mine, const int *threads)
{
	struct sigaction nothing = { .sa_handler = ignore };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &nothing, NULL); /* without SA_RESTART: it interrupts whoever waits */
#ifdef USERS
	prctl(PR_SET_SECUREBITS, 1 << 2); /* SECBIT_NO_SETUID_FIXUP: another user, the same capabilities */
#endif
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	int null = open("/dev/null", O_RDWR);
	for (int i = 0; i < 16; i++)
		dup2(null, 100 + i);
	close(null);
	int nothingAtAll = open("/", O_PATH);
	for (int i = 0; i < 3; i++)
		dup2(nothingAtAll, i);
	close(nothingAtAll);
	runThreads(mine, threads);
}

static void prepare(struct process *mine)
{
	sem_init(&mine->leader.go, 1, 0);
	for (int t = 0; t < THREADS; t++)
		sem_init(&mine->thread[t].go, 1, 0);
}

static void start(int p, const int *threads)
{
	struct process *mine = &process[p];
	prepare(mine);
	fflush(stdout);
	int pid = fork();
	if (pid == 0)
		live(mine, threads);
	mine->pid = pid;
	while (pid > 0 && !mine->ready && waitpid(pid, NULL, WNOHANG) == 0)
		usleep(500);
	if (!mine->ready)
		stop("process %d could not be started", p);
}

/* ---- Coming to rest: every call has returned, or sleeps in the driver. ---- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int readTask(int pid, int tid, const char *name, char *text, int room)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", pid, tid, name);
	int fd = open(path, O_RDONLY);
	long length = fd < 0 ? -1 : read(fd, text, (size_t)room - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	return length > 0;
}

/* Asleep, interruptibly, in the call that was ordered. The file "syscall" says "running" of a thread that is about to go on. */
static int sleeps(int p, struct thread *t)
{
	char text[512], *state;
	if (!readTask(process[p].pid, t->tid, "syscall", text, sizeof text) || atol(text) != t->number || text[0] < '0' || text[0] > '9')
		return 0;
	return readTask(process[p].pid, t->tid, "stat", text, sizeof text) && (state = strrchr(text, ')')) && state[2] == 'S' && t->busy;
}

/* Waits until nobody is on the way. Whoever returned may have woken a thread that was looked at before, so a look at
 * everybody counts only when nobody has returned since the look before it. */
static void settle(int op)
{
	int waiting = -1;
	for (double end = now() + 20;;) {
		int moving = 0, asleep = 0;
		for (int p = 0; p < PROCESSES; p++)
			for (int t = 0; t < THREADS; t++)
				if (process[p].thread[t].busy && !process[p].dead) {
					if (sleeps(p, &process[p].thread[t]))
						asleep++;
					else
						moving++;
				}
		if (moving == 0 && asleep == waiting)
			return;
		waiting = moving == 0 ? asleep : -1;
		if (moving > 0)
			usleep(100);
		if (now() > end)
			stop("op %d: a call neither returned nor came to rest", op);
		if (waitpid(-1, NULL, WNOHANG) > 0)
			stop("op %d: a process died", op);
	}
}

/* Whether a worker of the kernel that serves one processor is at work. */
static int kernelWorks(void)
{
	DIR *all = opendir("/proc");
	int works = 0;
	for (struct dirent *each; all && !works && (each = readdir(all));) {
		char text[512], *state;
		int processor, number, pid = atoi(each->d_name);
		if (pid > 0 && readTask(pid, pid, "stat", text, sizeof text) && (state = strrchr(text, ')')) &&
		    sscanf(strchr(text, '('), "(kworker/%d:%d", &processor, &number) == 2)
			works = state[2] != 'I';
	}
	if (all)
		closedir(all);
	return works;
}

/* The driver flushes and releases in the background: waits until no worker of the kernel has anything to do. */
HELPER void drain(int op)
{
	double end = now() + 2;
	for (int calm = 0; calm < 3 && now() < end; calm = kernelWorks() ? 0 : calm + 1)
		usleep(1000);
	settle(op);
}

/* Orders a system call. */
static void order(struct thread *t, long number, const long *argument)
{
	t->number = number;
	memcpy(t->argument, argument, sizeof t->argument);
	atomic_store(&t->busy, 1);
	sem_post(&t->go);
}

/* Makes a system call that comes back by itself, and answers what it returned. */
static long make(int op, struct thread *t, long number, const long *argument)
{
	order(t, number, argument);
	for (double end = now() + 30; t->busy;) {
		usleep(20);
		if (now() > end)
			stop("op %d: a system call does not return", op);
	}
	return t->result;
}
#define CALL(op, t, number, ...) make(op, t, number, (long[6]){ __VA_ARGS__ })

#ifdef USERS
static void follow(int op, int p, struct thread *t)
{
	if (t->euid != process[p].euid)
		CALL(op, t, SYS_setresuid, -1, (long)process[p].euid, -1);
	t->euid = process[p].euid;
}
#else
#define follow(op, p, t) ((void)0)
#endif
`;
