export interface Demo {
  readonly host: string;
  readonly guest: string;
  readonly vendor: string;
  stop(): void;
}
export function startDemo(options?: { readonly ports?: readonly number[] }): Promise<Demo>;
