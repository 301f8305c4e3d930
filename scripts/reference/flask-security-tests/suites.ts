import * as basic from './basic.js';
import * as factors from './factors.js';
import { testMisc } from './misc.js';
import * as programs from './programs.js';
import type { Suite } from './row.js';
import * as selfService from './self-service.js';
import * as storage from './storage.js';

/** The files of tests of Flask-Security 5.9, those with the most functions first. */
export const suites: Readonly<Record<string, Suite>> = {
  test_basic: basic.testBasic,
  test_misc: testMisc,
  test_unified_signin: factors.testUnifiedSignin,
  test_webauthn: factors.testWebauthn,
  test_two_factor: factors.testTwoFactor,
  test_registerable: selfService.testRegisterable,
  test_recoverable: selfService.testRecoverable,
  test_datastore: storage.testDatastore,
  test_csrf: basic.testCsrf,
  test_changeable: selfService.testChangeable,
  test_confirmable: selfService.testConfirmable,
  test_oauthglue: programs.testOauthglue,
  test_cli: programs.testCli,
  test_tokens: programs.testTokens,
  test_change_username: selfService.testChangeUsername,
  test_response: basic.testResponse,
  test_hashing: storage.testHashing,
  test_async: basic.testAsync,
  test_change_email: selfService.testChangeEmail,
  test_recovery_codes: factors.testRecoveryCodes,
  test_passwordless: selfService.testPasswordless,
  test_context_processors: basic.testContextProcessors,
  test_entities: storage.testEntities,
  test_templates: basic.testTemplates,
  test_trackable: selfService.testTrackable,
  test_tf_plugin: factors.testTfPlugin,
  test_configuration: basic.testConfiguration,
  test_phone_util: factors.testPhoneUtil,
};
