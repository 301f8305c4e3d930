export { addSessionAuth } from './add-session-auth.js';
export { ApiSessionAuth } from './api-session-auth.decorator.js';
