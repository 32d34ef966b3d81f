/**
 * How far the work is. `done`: it is complete. `continue`: this process is out of time, and the next one continues at once.
 * `wait`: something takes a while; look at it again later. `work`: workers have segments to do, see `RequestRun.work`.
 */
export type Progress = 'done' | 'continue' | 'wait' | 'work';
