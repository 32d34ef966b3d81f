/**
 * How far the work is. `done`: it is complete. `continue`: this process is out of time, and the next one continues at once.
 * `wait`: something takes a while; look at it again later.
 */
export type Progress = 'done' | 'continue' | 'wait';
