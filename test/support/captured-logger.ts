import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'warn' | 'error' | 'debug' | 'verbose' | 'fatal';

/** A logger for Nest that keeps the lines, for a test to look at. */
export class CapturedLogger implements LoggerService {
  readonly lines: { readonly level: Level; readonly text: string }[] = [];

  /** Everything that was logged at one level, a text per line. */
  at(level: Level): string[] {
    return this.lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  /** Everything that was logged, as one text. */
  get text(): string {
    return this.lines.map(({ text }) => text).join('\n');
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#keep('log', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#keep('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#keep('error', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#keep('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#keep('verbose', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#keep('fatal', message, rest);
  }

  #keep(level: Level, message: unknown, rest: unknown[]): void {
    const text = [message, ...rest]
      .map((part) => (part instanceof Error ? String(part.stack) : String(part)))
      .join(' ');
    this.lines.push({ level, text });
  }
}
