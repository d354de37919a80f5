/* Being the first process of the virtual machine. */
#include "agent.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void guestPowerOff(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void need(int failed, const char *what)
{
	if (!failed)
		return;
	printf("agent: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	guestPowerOff();
}

/* Inserts the modules that /modules/list names, one a line; the environment variable PARAM_<name> holds a module's parameters. */
static void insertModules(void)
{
	char name[128], path[256], variable[160];
	FILE *list = fopen("/modules/list", "r");
	need(!list, "/modules/list");
	while (fscanf(list, "%127s", name) == 1) {
		snprintf(path, sizeof path, "/modules/%s.ko", name);
		snprintf(variable, sizeof variable, "PARAM_%s", name);
		const char *parameters = getenv(variable);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		need(fd < 0, path);
		need(syscall(SYS_finit_module, fd, parameters ? parameters : "", 0) < 0 && errno != EEXIST, path);
		close(fd);
	}
	fclose(list);
}

void guestPrepare(void)
{
	struct rlimit many = { 65536, 65536 };
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	need(mount("proc", "/proc", "proc", 0, NULL) < 0, "mount /proc");
	need(mount("sysfs", "/sys", "sysfs", 0, NULL) < 0, "mount /sys");
	need(mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0 && errno != EBUSY, "mount /dev");
	need(mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) < 0, "mount debugfs");
	setrlimit(RLIMIT_NOFILE, &many);
	struct rlimit endless = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_NPROC, &endless);
	setrlimit(RLIMIT_MEMLOCK, &endless);
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	/* Thread ids ascend with their making as long as they do not start again from the beginning. */
	FILE *most = fopen("/proc/sys/kernel/pid_max", "w");
	need(!most || fprintf(most, "4194304") < 0 || fclose(most) != 0, "pid_max");
	insertModules();
}

enum { MOST_WORDS = 16 };

/* Runs the programs that /run/list names, one a line with its arguments, one after the other, in place of the agent's own work:
 * standard input and output are the channel to the host. Behind each stands a line that tells how it ended. */
void guestRunList(int channel)
{
	char line[512], *word[MOST_WORDS + 1];
	FILE *list = fopen("/run/list", "r");
	if (!list)
		return;
	while (fgets(line, sizeof line, list)) {
		int words = 0, status = 0;
		for (char *next = strtok(line, " \n"); next && words < MOST_WORDS; next = strtok(NULL, " \n"))
			word[words++] = next;
		word[words] = NULL;
		if (words == 0)
			continue;
		pid_t pid = fork();
		if (pid == 0) {
			sigset_t none;
			sigemptyset(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
			dup2(channel, 0);
			dup2(channel, 1);
			execv(word[0], word);
			_exit(127);
		}
		waitpid(pid, &status, 0);
		dprintf(channel, "== %s ended with %d\n", word[0], WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	}
	fclose(list);
	usleep(200000); /* the host reads what is on its way */
	guestPowerOff();
}

/* The port appears a little after its module, and the host's end a little after that. */
int guestChannel(void)
{
	for (int i = 0; i < 5000; i++) {
		int fd = open("/dev/vport0p1", O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			for (int k = 0; k < 1000; k++) {
				struct pollfd port = { .fd = fd, .events = POLLOUT };
				if (poll(&port, 1, 10) > 0 && !(port.revents & POLLHUP))
					return fd;
				usleep(2000);
			}
			break;
		}
		usleep(2000);
	}
	errno = ENODEV;
	need(1, "the channel to the host");
	return -1;
}
