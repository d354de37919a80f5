/** Keys that the pages listen to. */

/** Whether a key was meant for something else than the page: the browser, a field, or what scrolls. */
export const isForElsewhere = ({ altKey, ctrlKey, metaKey, target }: KeyboardEvent): boolean =>
  altKey ||
  ctrlKey ||
  metaKey ||
  (target instanceof HTMLElement && target.closest('input:not([type=range]), textarea, select, pre, .scroll') !== null);
