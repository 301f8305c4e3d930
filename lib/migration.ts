/** For authors of migration sources: how sessions of another package are found and read. */
export type {
  ForeignReading,
  ForeignSession,
  SessionSource,
  SourceCheck,
  SourceSurroundings,
} from './session/foreign-session.js';
