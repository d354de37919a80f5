/** binderfs: mounts, options, device nodes. */
import { MUST, derived, notApplicable, type Rule } from './rule.ts';

export const BFS = {
  'BFS-01': {
    ...MUST,
    says: 'Each mount of binderfs is an instance of its own with a control node, the default devices and a directory of features.',
    evidence: derived('binderfs_fill_super'),
    status: notApplicable("Needs a kernel with binderfs; Debian's is built without it."),
  },
  'BFS-02': {
    ...MUST,
    says: 'The mount takes max up to 1048576 (more is EINVAL) and stats=global, which needs CAP_SYS_ADMIN (EPERM) and cannot be changed by a remount (EINVAL).',
    evidence: derived('binderfs_fs_context_parse_param', 'binderfs_fs_context_reconfigure'),
    status: notApplicable("Needs a kernel with binderfs; Debian's is built without it."),
  },
  'BFS-03': {
    ...MUST,
    says: 'BINDER_CTL_ADD makes a device: EFAULT for a bad pointer, ENOSPC beyond max, EEXIST for a name in use, EACCES for an empty name, dots or a slash; any other ioctl on the control node is EINVAL.',
    evidence: derived('binder_ctl_ioctl', 'binderfs_binder_device_create'),
    status: notApplicable("Needs a kernel with binderfs; Debian's is built without it."),
  },
  'BFS-04': {
    ...MUST,
    says: 'A device can be removed or renamed while it is open and serves on under its old context name; the control node can be neither removed nor renamed (EPERM).',
    evidence: derived('binderfs_unlink', 'binderfs_rename'),
    status: notApplicable("Needs a kernel with binderfs; Debian's is built without it."),
  },
} as const satisfies Record<`BFS-${number}`, Rule>;
