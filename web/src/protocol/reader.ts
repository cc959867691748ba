/** Thrown when a value from outside is not what the contract says; carries the path of the member, never its value. */
export class MalformedError extends Error {}

/** A checked view of an object that came from outside. */
export class Reader {
  private constructor(
    private readonly members: Record<string, unknown>,
    private readonly path: string,
  ) {}

  static of(value: unknown, path = ''): Reader {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new MalformedError(`${path || 'value'}: object`);
    return new Reader(value as Record<string, unknown>, path);
  }

  private fail(name: string, expected: string): never {
    throw new MalformedError(`${this.path}${name}: ${expected}`);
  }

  text(name: string): string {
    const value = this.members[name];
    return typeof value === 'string' ? value : this.fail(name, 'string');
  }

  number(name: string): number {
    const value = this.members[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : this.fail(name, 'number');
  }

  flag(name: string): boolean {
    const value = this.members[name];
    return typeof value === 'boolean' ? value : this.fail(name, 'boolean');
  }

  /** A flag that is left out where it is false, as an object to spread. */
  optionalFlag<N extends string>(name: N): { [key in N]?: true } {
    const value = this.members[name];
    return value === undefined || value === null || !this.flag(name) ? {} : ({ [name]: true } as { [key in N]?: true });
  }

  /** One of the given words; a word of a later contract becomes `otherwise`. */
  word<T extends string>(name: string, words: readonly T[], otherwise: T): T {
    const value = this.text(name);
    return words.find((word) => word === value) ?? otherwise;
  }

  /** An optional member as an object to spread: nothing when it is absent or null. */
  optionalText<N extends string>(name: N): { [key in N]?: string } {
    const value = this.members[name];
    return value === undefined || value === null ? {} : ({ [name]: this.text(name) } as { [key in N]?: string });
  }

  optionalNumber<N extends string>(name: N): { [key in N]?: number } {
    const value = this.members[name];
    return value === undefined || value === null ? {} : ({ [name]: this.number(name) } as { [key in N]?: number });
  }

  textOrNull(name: string): string | null {
    return this.members[name] === undefined || this.members[name] === null ? null : this.text(name);
  }

  object<T>(name: string, read: (reader: Reader) => T): T {
    return read(Reader.of(this.members[name], `${this.path}${name}.`));
  }

  objectOrNull<T>(name: string, read: (reader: Reader) => T): T | null {
    return this.members[name] === undefined || this.members[name] === null ? null : this.object(name, read);
  }

  list<T>(name: string, read: (reader: Reader) => T): T[] {
    const value = this.members[name];
    if (!Array.isArray(value)) return this.fail(name, 'array');
    return value.map((item, index) => read(Reader.of(item, `${this.path}${name}[${index}].`)));
  }

  texts(name: string): string[] {
    const value = this.members[name];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return this.fail(name, 'array of strings');
    return value;
  }
}
