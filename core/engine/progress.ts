/**
 * How far work came. `done`: it is over. `continue`: this process has no more time, the next one continues at once.
 * `wait`: something takes its time, and is to be looked at again later.
 */
export type Progress = 'done' | 'continue' | 'wait';
