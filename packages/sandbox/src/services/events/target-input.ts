import type { Input } from '../input';

interface InputTransformer {
  /** Variable name to JSON path in the event. */
  readonly paths: Readonly<Record<string, string>>;
  /** Text with `<variable>` in it. */
  readonly template: string;
}

export interface TargetInput {
  readonly input?: string;
  readonly inputPath?: string;
  readonly transformer?: InputTransformer;
}

/** What a target receives for an event: the event, a part of it, a constant, or a filled template. As JSON. */
export function targetPayload(event: Input, ruleArn: string, { input, inputPath, transformer }: TargetInput): string {
  if (input !== undefined) return input;
  if (inputPath !== undefined) return JSON.stringify(atPath(event, inputPath) ?? null);
  if (transformer) return fill(transformer, event, ruleArn);
  return JSON.stringify(event);
}

function fill({ paths, template }: InputTransformer, event: Input, ruleArn: string): string {
  const builtIn: Readonly<Record<string, unknown>> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': event['time'],
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  // A variable between quotes is part of a string; one on its own is a value of whatever type it has.
  return template.replace(/"[^"]*"|<([^<>]+)>/g, (found, name: string | undefined) =>
    name === undefined
      ? found.replace(/<([^<>]+)>/g, (_, inner: string) => inString(lookUp(inner)))
      : json(lookUp(name)),
  );

  function lookUp(name: string): unknown {
    const path = paths[name];
    return path === undefined ? builtIn[name] : atPath(event, path);
  }
}

function json(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function inString(value: unknown): string {
  const plain = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return JSON.stringify(plain).slice(1, -1);
}

/** `$`, `$.a.b`, `$.a['b-c']` and `$.list[0]`: all that EventBridge takes. */
function atPath(event: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]|\[(\d+)\]/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  return steps.reduce<unknown>((value, step) => (value as Input | undefined)?.[step], event);
}
