import type { SegmentResult, WorkerLimits } from '../data/segment-work';
import type { Ports } from '../ports';
import type { PassWork } from './pass-work';
import { workOnSegment } from './work-on-segment';

/**
 * Does in this process what Step Functions has functions do on a stack: the segments of a pass, some at the same time.
 * @param workers how many at the same time
 * @param process names this process; no two have the same name
 */
export async function workInProcess(
  ports: Ports,
  { pass, of, segments, attempt }: PassWork,
  workers: number,
  process: string,
  limits: WorkerLimits,
): Promise<readonly SegmentResult[]> {
  const results: SegmentResult[] = [];
  const left = [...segments];
  const work = async (index: number) => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      results.push(await workOnSegment(ports, { pass, number, of, attempt }, `${process} ${index}`, limits));
      if (ports.clock.now() >= limits.stopBy) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, segments.length) }, (_, index) => work(index)));
  return results;
}
