/* The orchestrator of one slot: takes programs from the inbox, performs them, answers. */
#include "slot.h"
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/mman.h>

struct orchestrator self;

u64 now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ull + (u64)t.tv_nsec;
}

_Noreturn void fail(enum failure code, int p, int t, i64 detail, const char *message)
{
	replyFail(&self.reply, code, p, t, self.tag, detail, message);
	longjmp(self.failed, 1);
}

volatile int childEnded;

static void onSignal(int signal)
{
	if (signal == SIGCHLD)
		childEnded = 1;
}

/* Everything of a slot stays on one processor and the orchestrator runs only when none of its workers can:
 * when it gets the processor back after waking one, they have almost always settled already. Slots that share a processor
 * take turns, a program each, because mixing their address spaces is dear under emulation. */
static void schedule(void)
{
	struct sched_param zero = { 0 };
	cpu_set_t set;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	CPU_ZERO(&set);
	CPU_SET(self.box->slot % processors, &set);
	self.processor = &channel->processor[self.box->slot % processors % 64];
	sched_setaffinity(0, sizeof set, &set);
	sched_setscheduler(0, SCHED_IDLE, &zero);
}

static void discardAll(void)
{
	for (int p = 0; p < PROCS; p++)
		if (self.process[p].alive)
			killProcess(p);
}

static void serve(void)
{
	struct slot_box *box = self.box;
	replyBegin(&self.reply, box->requestId, box->slot);
	lockTake(self.processor);
	atomic_store(&box->running, 1);
	self.deadline = now() + (u64)(box->budgetMs ? box->budgetMs : 5000) * 1000000ull;
	self.tag = 0;
	self.separate = box->flags & 1;
	if (setjmp(self.failed) == 0)
		runProgram(box->inbox, box->length);
	else
		discardAll();
	lockGive(self.processor);
	atomic_store(&box->running, 0);
	atomic_store(&box->request, 0);
	replySend(&self.reply);
}

_Noreturn void slotMain(struct slot_box *box)
{
	struct sigaction ignore = { .sa_handler = onSignal };
	sigset_t none;
	self.box = box;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
	sigaction(SIGUSR2, &ignore, NULL);
	sigaction(SIGCHLD, &ignore, NULL);
	schedule();
	for (;;) {
		while (atomic_load(&box->request) == 0)
			futexWait(&box->request, 0);
		serve();
	}
}
