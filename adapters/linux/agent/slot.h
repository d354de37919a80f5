/* State of one orchestrator: what it knows of its workers. Private to that process. */
#ifndef SLOT_H
#define SLOT_H
#include "agent.h"
#include <setjmp.h>

struct out { u16 segment, limitSegment; u32 offset, length, limitOffset; };
struct capture { u16 segment, limitSegment; u32 limitOffset, code; u16 nth, payload; u8 width, flags; u16 reg; u32 offset; };
struct segment { u8 *at; u32 length; };
enum { OUTS = 64, CAPTURES = 64, SEGMENTS = 64, GUARDS = SMALL_CHUNKS + BIG_CHUNKS };

/* An issued system call whose completion has not been reported yet. */
struct call {
	u32 tag;
	u16 number, save, outs, captures, segments;
	struct out out[OUTS];
	struct capture capture[CAPTURES];
	struct segment segment[SEGMENTS];
};

struct thread {
	int exists, busy, used;
	pid_t tid;
	u32 euid;
	int watched; /* the three files are open */
	int syscallFile, statFile, runsFile;
	char runs[64]; /* the run counter when the thread was last seen asleep; empty when it was not */
	u32 heap, heapMost, smallUsed, bigUsed, guarded;
	struct call call;
};

struct map { u64 start, end; };

struct process {
	int alive, used, dirty;
	int separate; /* has an address space of its own */
	pid_t pid, lastPid;
	u32 euid;
	u32 limit; /* descriptors get numbers below it; 0: no limit */
	u32 maps;
	struct map map[MAPS];
	struct thread thread[THREADS];
};

struct orchestrator {
	struct slot_box *box;
	struct process process[PROCS];
	u64 reg[PROCS][REGS];
	u32 guarded[PROCS][THREADS]; /* guard pages of the shared address space */
	int separate; /* this request wants workers with address spaces of their own */
	struct reply reply;
	u64 deadline;
	int p, t;
	u32 tag;
	struct lock *processor;
	jmp_buf failed;
};

extern struct orchestrator self;
extern volatile int childEnded;

/* Ends the request with a structured error. */
_Noreturn void fail(enum failure code, int p, int t, i64 detail, const char *message);
u64 now(void);

/* process.c */
struct process *needProcess(int p);
struct thread *needThread(int p, int t);
void watch(int p, struct thread *thread);
i64 tellLeader(int p, u32 command);
i64 setLimit(int p, u32 limit);
void killProcess(int p);
void forkProcess(int p, int t, int q);
i64 shareFile(int p, int q, u32 number, u32 wanted);
void leaveThread(int p, int t);
void guardPage(int p, int t, u32 chunk, u8 *page);
int resetProcesses(void);
void checkDeaths(void);
void pause_(u32 *round);

/* maps.c */
void addMap(int p, u64 start, u64 length);
void removeMap(int p, u64 start, u64 length);
void unmapAll(int p);

/* settle.c */
void settleIssuer(int p, int t, int mustComplete);
void settleAll(void);

/* kernel.c */
void waitKernelIdle(void);

/* call.c */
void doCall(struct cursor *c, u8 flags);
u64 argument(struct cursor *c, struct call *call);
u8 *within(struct call *call, u32 segment, u64 offset, u64 length);

/* report.c */
void putCompletion(int p, int t, int kind);
void putPending(struct call *call, int state);

/* instruction.c */
void runProgram(const u8 *bytes, size_t length);
#endif
