/* An exact list of what the programs mapped in each process. Workers share one address space, so the end of a process
 * does not end its mappings: the orchestrator does. */
#include "slot.h"
#include <sys/mman.h>

static struct map pages(u64 start, u64 length)
{
	return (struct map){ start & ~(PAGE - 1), (start + length + PAGE - 1) & ~(PAGE - 1) };
}

void removeMap(int p, u64 start, u64 length)
{
	struct process *process = &self.process[p];
	struct map gone = pages(start, length);
	for (u32 i = 0; i < process->maps; i++) {
		struct map had = process->map[i];
		if (gone.end <= had.start || gone.start >= had.end)
			continue;
		process->map[i--] = process->map[--process->maps];
		if (had.start < gone.start)
			addMap(p, had.start, gone.start - had.start);
		if (gone.end < had.end)
			addMap(p, gone.end, had.end - gone.end);
	}
}

void addMap(int p, u64 start, u64 length)
{
	struct process *process = &self.process[p];
	if (process->maps == MAPS)
		fail(F_LIMIT, p, 0, MAPS, "too many mappings in one process");
	process->map[process->maps++] = pages(start, length);
}

void unmapAll(int p)
{
	struct process *process = &self.process[p];
	for (u32 i = 0; i < process->maps; i++)
		munmap((void *)(uintptr_t)process->map[i].start, process->map[i].end - process->map[i].start);
	process->maps = 0;
}
