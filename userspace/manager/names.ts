/** Names of services. Source: AOSP `cmds/servicemanager/ServiceManager.cpp` (`isValidServiceName`). */

/** Characters of a name, at most. */
export const LONGEST_NAME = 127;

/** Letters, digits, `_`, `-`, `.` and `/`; at least one of them. */
export const isValidName = (name: string): boolean => name.length <= LONGEST_NAME && /^[\w./-]+$/.test(name);
