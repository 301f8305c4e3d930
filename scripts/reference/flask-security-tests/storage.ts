import { held } from './held.js';
import { better, different, notHere, option, same, type Suite } from './row.js';

const { data, hashes, login, roles } = held;

const compiler = different('the compiler refuses a repository that lacks a method', data.found);
const update = different(
  '`update()` changes `active`, as administrators do, and says what came of it',
  data.updated,
  held.administration.disables,
);
const permissions = different(
  'a function says what roles permit: no table of them to migrate',
  roles.permissions,
  roles.options,
);
const formerTables = different('`adopt` reads these tables, whose permissions it leaves', held.adoption.accounts);
const factory = same(held.pages.factory);
const asString = different('a role is a string', roles.roles);
const saltNotNeeded = different(
  'new hashes need no salt of the application; former ones are checked with it',
  hashes.flaskSalt,
);
const plain = better('a plain password never matches', hashes.foreign, hashes.unreadable);

export const testDatastore: Suite = {
  test_unimplemented_datastore_methods: compiler,
  test_unimplemented_user_datastore_methods: compiler,
  test_toggle_active: update,
  test_deactivate_user: update,
  test_activate_user: update,
  test_deactivate_returns_false_if_already_false: update,
  test_activate_returns_false_if_already_true: update,
  test_find_user: different('by id, address or username; by a column of yours in a repository of yours', data.found),
  test_find_user_no_joined_load: notHere('roles are in the row of the account: nothing to join'),
  test_find_role: asString,
  test_add_role_to_user: different('`roles` is a list of the account', data.updated, held.administration.setsRoles),
  test_create_user_with_roles: same(data.stored, data.statements),
  test_create_user_no_side_effects: same(data.copied),
  test_delete_user: same(data.deleted),
  test_access_datastore_from_factory: factory,
  test_access_datastore_from_app_factory_pattern: factory,
  test_init_app_kwargs_override_constructor_kwargs: different(
    'options are given once, and come before the environment',
    held.config.codeFirst,
  ),
  test_create_user_with_roles_and_permissions: permissions,
  test_permissions_types: permissions,
  test_modify_permissions: permissions,
  test_get_permissions: permissions,
  test_modify_permissions_multi: permissions,
  test_uuid: same(data.ownTable),
  test_webauthn: same(data.credential, data.credentialOnce),
  test_webauthn_cascade: same(data.deleted),
  test_mf_recovery_codes: same(data.replaced, data.credentialOnce),
  test_permissions_fsqla_v2: formerTables,
  test_permissions_41: formerTables,
  test_fsqlalite_table_name: same(data.tableNames),
  test_null_fs_uniquifier: notHere('every account has an epoch, a number; there is none to be missing'),
  test_refresh_tracker_cleanup: same(held.tokens.idle),
  test_refresh_tracker_cascade: same(data.deleted),
};

export const testEntities: Suite = {
  test_role_mixin_equal: asString,
  test_role_mixin_not_equal: asString,
  test_user_mixin_has_role_with_string: same(roles.roles),
  test_anonymous_user_has_no_roles: same(roles.nobody),
  test_fsqla_fields: same(data.columns),
};

export const testHashing: Suite = {
  test_verify_password_double_hash_argon2: same(hashes.foreign),
  test_verify_password_double_hash_bcrypt: same(hashes.foreign),
  test_verify_password_single_hash: same(hashes.foreign),
  test_verify_password_single_hash_list: plain,
  test_verify_password_backward_compatibility: plain,
  test_login_with_bcrypt_enabled: same(login.rehashed),
  test_missing_hash_salt_option: saltNotNeeded,
  test_verify_password_argon2_opts: same(hashes.own, option('passwords.hashing.passes')),
  test_bcrypt_speed: notHere('skipped there; new hashes are argon2id'),
  test_argon2_speed: notHere('skipped there; `npm run bench` measures logins'),
};
