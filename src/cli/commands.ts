import type { Command } from './command.js';

/** A command by its name. Only the one that runs is loaded. */
export interface Listed {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All that `oriel` can do. */
export const commands: readonly Listed[] = [
  {
    name: 'init',
    summary: 'begin a widget: contract, guest, tag, page and tests',
    load: async () => (await import('./commands/init.js')).initCommand,
  },
  {
    name: 'dev',
    summary: 'serve host and guest on two origins, with reload and a webhook inbox',
    load: async () => (await import('./commands/dev.js')).devCommand,
  },
  {
    name: 'doctor',
    summary: 'say why a page will not embed',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  {
    name: 'snippet',
    summary: 'print a tag with its script and its SRI hash',
    load: async () => (await import('./commands/snippet.js')).snippetCommand,
  },
  {
    name: 'describe',
    summary: 'turn a contract into Markdown, JSON Schema, OpenAPI or AsyncAPI',
    load: async () => (await import('./commands/describe.js')).describeCommand,
  },
  {
    name: 'gateway',
    summary: 'run the gateway that a config describes',
    load: async () => (await import('./commands/gateway.js')).gatewayCommand,
  },
  {
    name: 'call',
    summary: 'call a method or read a stream of a gateway',
    load: async () => (await import('./commands/call.js')).callCommand,
  },
  {
    name: 'emit',
    summary: 'send events to a gateway',
    load: async () => (await import('./commands/emit.js')).emitCommand,
  },
  {
    name: 'tail',
    summary: 'follow the events of a gateway',
    load: async () => (await import('./commands/tail.js')).tailCommand,
  },
  {
    name: 'listen',
    summary: 'receive webhooks through a gateway, and forward them to this machine',
    load: async () => (await import('./commands/listen.js')).listenCommand,
  },
  {
    name: 'dead-letters',
    summary: 'list, send again or discard what a gateway could not deliver or read',
    load: async () => (await import('./commands/dead-letters.js')).deadLettersCommand,
  },
  {
    name: 'completions',
    summary: 'complete commands and options in bash, zsh or fish',
    load: async () => (await import('./commands/completions.js')).completionsCommand,
  },
];
