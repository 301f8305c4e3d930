import type { FeatureApi } from '../openapi/feature-api.js';
import {
  about,
  anyObject,
  count,
  flag,
  listOf,
  named,
  nullable,
  object,
  oneOf,
  only,
  text,
  time,
} from '../openapi/schema.js';
import { next, remember } from '../openapi/shared.api.js';

const flow = about('The `flow` of the options.', text(512));
const name = about('A name for it, chosen by its owner.', text());

const ceremonyFlow = about('Send it back with the credential.', text());
const verification = oneOf('required', 'preferred', 'discouraged');
const descriptors = listOf(
  object({
    id: text(),
    type: only('public-key'),
    'transports?': listOf(oneOf('ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb')),
  }),
);

export const passkeysApi: FeatureApi = {
  tag: 'Passkeys',
  description: 'Login with passkeys, and the passkeys of an account.',
  operations: {
    'POST /passkeys/login/options': {
      id: 'getPasskeyLoginOptions',
      summary: 'Start a login with a passkey',
      for: 'anybody',
      answers: { 200: named('PasskeyRequest') },
      isLimited: true,
    },
    'POST /passkeys/login': {
      id: 'logInByPasskey',
      summary: 'Log in with a passkey',
      for: 'anybody',
      body: object({ flow, credential: named('Credential'), 'remember?': remember, 'next?': next }),
      answers: { 200: named('Arrival') },
      refusals: { 401: ['INVALID_CREDENTIALS'], 409: ['ALREADY_IN'] },
      isLimited: true,
    },
    'GET /passkeys': {
      id: 'listPasskeys',
      summary: 'List the passkeys',
      for: 'login',
      answers: { 200: listOf(named('Passkey')) },
      hasPage: true,
    },
    'POST /passkeys/options': {
      id: 'getPasskeyOptions',
      summary: 'Start to add a passkey',
      for: 'owner',
      answers: { 200: named('PasskeyCreation') },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED'],
        409: ['TOO_MANY_PASSKEYS', 'CHANGED_MEANWHILE'],
      },
    },
    'POST /passkeys': {
      id: 'addPasskey',
      summary: 'Add a passkey',
      description:
        'Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in (200).',
      for: 'owner',
      body: object({ flow, credential: named('Credential'), 'name?': name }),
      answers: { 200: named('Arrival'), 201: named('PasskeyChanged') },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'MAIL_CODE_NEEDED', 'NOTHING_PENDING', 'INVALID_CREDENTIALS'],
        409: ['PASSKEY_TAKEN', 'CHANGED_MEANWHILE'],
      },
    },
    'PATCH /passkeys/{id}': {
      id: 'renamePasskey',
      summary: 'Rename a passkey',
      for: 'login',
      body: object({ name }),
      answers: { 200: named('PasskeyChanged') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 404: ['PASSKEY_UNKNOWN'] },
      form: 'POST /passkeys/{id}/rename',
    },
    'DELETE /passkeys/{id}': {
      id: 'deletePasskey',
      summary: 'Delete a passkey',
      description: 'Ends the other sessions of the account.',
      for: 'login',
      answers: {
        200: object({
          status: only('deleted'),
          credentialId: about('For `PublicKeyCredential.signalUnknownCredential()`.', text()),
          signal: nullable(named('PasskeySignal')),
        }),
      },
      refusals: {
        401: ['VERIFICATION_REQUIRED'],
        404: ['PASSKEY_UNKNOWN'],
        409: ['LAST_FACTOR', 'CHANGED_MEANWHILE'],
      },
      form: 'POST /passkeys/{id}/delete',
    },
  },
  pages: { 'GET /passkeys.js': 'The script of the pages.' },
  schemas: {
    PasskeyCreation: about(
      'What the browser needs to create a passkey.',
      object({
        flow: ceremonyFlow,
        options: about(
          'For `PublicKeyCredential.parseCreationOptionsFromJSON()`.',
          object({
            challenge: text(),
            rp: object({ id: text(), name: text() }),
            user: object({ id: text(), name: text(), displayName: text() }),
            pubKeyCredParams: listOf(object({ alg: { type: 'integer' }, type: only('public-key') })),
            timeout: count,
            attestation: only('none'),
            excludeCredentials: descriptors,
            authenticatorSelection: object({
              residentKey: verification,
              requireResidentKey: flag,
              userVerification: verification,
              'authenticatorAttachment?': oneOf('platform', 'cross-platform'),
            }),
            extensions: object({ credProps: flag }),
            hints: listOf(oneOf('hybrid', 'security-key', 'client-device')),
          }),
        ),
      }),
    ),
    PasskeyRequest: about(
      'What the browser needs to use a passkey.',
      object({
        flow: ceremonyFlow,
        options: about(
          'For `PublicKeyCredential.parseRequestOptionsFromJSON()`.',
          object({
            challenge: text(),
            rpId: text(),
            timeout: count,
            userVerification: verification,
            'allowCredentials?': descriptors,
          }),
        ),
      }),
    ),
    Credential: about(
      'A passkey that the browser has created or used: the result of its `toJSON()`.',
      object({
        id: text(),
        rawId: text(),
        type: text(),
        response: anyObject,
        'authenticatorAttachment?': text(),
        clientExtensionResults: anyObject,
      }),
    ),
    Passkey: object({
      id: text(),
      name: nullable(text()),
      createdAt: time,
      lastUsedAt: nullable(time),
      isSyncable: about('Whether it can be copied to other devices.', flag),
      isBackedUp: about('Whether it has been copied.', flag),
      transports: about('How the browser can reach it, such as `internal` or `usb`.', listOf(text())),
    }),
    PasskeyChanged: object({ passkey: named('Passkey'), signal: nullable(named('PasskeySignal')) }),
    PasskeySignal: about(
      'What to tell the browser about the passkeys, with `signalAllAcceptedCredentials()` and `signalCurrentUserDetails()`.',
      object({
        rpId: text(),
        userId: about('The user handle, in base64url.', text()),
        name: text(),
        displayName: text(),
        allAcceptedCredentialIds: listOf(text()),
      }),
    ),
  },
};
