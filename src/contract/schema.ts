/** One thing that a schema has against a value. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema says of a value. */
export type Verdict<O> =
  | { readonly value: O; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/**
 * A schema of any library that follows Standard Schema 1 (https://standardschema.dev), whose interface is written out
 * here as its specification allows.
 */
export interface Schema<I = unknown, O = I> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Verdict<O> | Promise<Verdict<O>>;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

export type AnySchema = Schema<any, any>;

/** Standard JSON Schema 1: a member beside `validate` that not every library offers. */
interface StandardJson {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => Record<string, unknown> };
}

/** What a schema takes, as JSON Schema; `undefined` where the library offers none. Throws what the library throws. */
export function toJsonSchema(schema: AnySchema): Record<string, unknown> | undefined {
  return (schema['~standard'] as StandardJson).jsonSchema?.input?.({ target: 'draft-2020-12' });
}

/** What a schema takes; `void` without one. */
export type In<S> = S extends Schema<infer I, infer _> ? I : void;
/** What a schema gives; `void` without one. */
export type Out<S> = S extends Schema<infer _, infer O> ? O : void;

/**
 * A schema that checks nothing and costs nothing: for values whose type is enough.
 * @example method({ input: type<{ id: string }>() })
 */
export function type<T>(): Schema<T, T> {
  return { '~standard': { version: 1, vendor: 'oriel', validate: (value) => ({ value: value as T }) } };
}
