/** Every number of `abi/constants.ts` and `abi/layout.ts` beside the system's own header. */
import { describe, expect, test } from 'vitest';
import * as constants from '../../abi/constants.ts';
import * as layout from '../../abi/layout.ts';
import { askHeader, whyNoHeader, type Question } from './header.ts';

/** Which structure of the header each layout is, and the header's name of a field where ours differs. */
const STRUCTURES: Readonly<
  Record<string, { readonly struct: string; readonly members?: Readonly<Record<string, string>> }>
> = {
  WRITE_READ: { struct: 'struct binder_write_read' },
  TRANSACTION_DATA: {
    struct: 'struct binder_transaction_data',
    members: { target: 'target.ptr', buffer: 'data.ptr.buffer', offsets: 'data.ptr.offsets' },
  },
  TRANSACTION_DATA_SG: { struct: 'struct binder_transaction_data_sg' },
  TRANSACTION_DATA_SECCTX: { struct: 'struct binder_transaction_data_secctx' },
  PTR_COOKIE: { struct: 'struct binder_ptr_cookie' },
  HANDLE_COOKIE: { struct: 'struct binder_handle_cookie' },
  PRI_DESC: { struct: 'struct binder_pri_desc' },
  PRI_PTR_COOKIE: { struct: 'struct binder_pri_ptr_cookie' },
  VERSION: { struct: 'struct binder_version' },
  NODE_DEBUG_INFO: { struct: 'struct binder_node_debug_info' },
  NODE_INFO_FOR_REF: { struct: 'struct binder_node_info_for_ref' },
  FREEZE_INFO: { struct: 'struct binder_freeze_info' },
  FROZEN_STATUS_INFO: { struct: 'struct binder_frozen_status_info' },
  EXTENDED_ERROR: { struct: 'struct binder_extended_error' },
  FLAT_BINDER_OBJECT: { struct: 'struct flat_binder_object', members: { type: 'hdr.type' } },
  FD_OBJECT: { struct: 'struct binder_fd_object', members: { type: 'hdr.type' } },
  BUFFER_OBJECT: { struct: 'struct binder_buffer_object', members: { type: 'hdr.type' } },
  FD_ARRAY_OBJECT: { struct: 'struct binder_fd_array_object', members: { type: 'hdr.type' } },
};

const isLayout = (value: unknown): value is layout.Layout =>
  typeof value === 'object' && value !== null && 'fields' in value;

const layouts: readonly (readonly [string, layout.Layout])[] = Object.entries(
  layout as Record<string, unknown>,
).flatMap(([name, value]) => (isLayout(value) ? [[name, value] as const] : []));

const objectWord = (name: string): string => `(__u32)BINDER_TYPE_${name}`;

const flags = {
  TF_ONE_WAY: constants.TF_ONE_WAY,
  TF_ROOT_OBJECT: constants.TF_ROOT_OBJECT,
  TF_STATUS_CODE: constants.TF_STATUS_CODE,
  TF_ACCEPT_FDS: constants.TF_ACCEPT_FDS,
  TF_CLEAR_BUF: constants.TF_CLEAR_BUF,
  TF_UPDATE_TXN: constants.TF_UPDATE_TXN,
  FLAT_BINDER_FLAG_PRIORITY_MASK: constants.FLAT_BINDER_FLAG_PRIORITY_MASK,
  FLAT_BINDER_FLAG_ACCEPTS_FDS: constants.FLAT_BINDER_FLAG_ACCEPTS_FDS,
  FLAT_BINDER_FLAG_TXN_SECURITY_CTX: constants.FLAT_BINDER_FLAG_TXN_SECURITY_CTX,
  BINDER_BUFFER_FLAG_HAS_PARENT: constants.BINDER_BUFFER_FLAG_HAS_PARENT,
  BINDER_CURRENT_PROTOCOL_VERSION: constants.PROTOCOL_VERSION,
};

/** Our answer and the question that the header is asked, row by row. */
const rows: readonly (Question & { readonly ours: number })[] = [
  ...Object.entries({ ...constants.BC, ...constants.BR, ...constants.IOCTL }).map(([name, ours]) => ({
    name,
    expression: `(__u32)${name}`,
    ours,
  })),
  ...Object.entries(constants.OBJECT_TYPE).map(([name, ours]) => ({
    name: `BINDER_TYPE_${name}`,
    expression: objectWord(name),
    ours,
  })),
  ...Object.entries(flags).map(([name, ours]) => ({ name, expression: name, ours })),
  ...layouts.flatMap(([name, { size, fields }]) => {
    const { struct, members } = STRUCTURES[name] as (typeof STRUCTURES)[string];
    return [
      { name: `${name}:size`, expression: `sizeof(${struct})`, ours: size },
      ...Object.entries(fields).flatMap(([field, { at, is }]) => {
        const member = members?.[field] ?? field;
        return [
          { name: `${name}.${field}:at`, expression: `offsetof(${struct}, ${member})`, ours: at },
          { name: `${name}.${field}:width`, expression: `WIDTH(${struct}, ${member})`, ours: is === 'u64' ? 8 : 4 },
          { name: `${name}.${field}:signed`, expression: `SIGNED(${struct}, ${member})`, ours: is === 's32' ? 1 : 0 },
        ];
      }),
    ];
  }),
];

test('every layout names its structure in the header', () => {
  expect(layouts.map(([name]) => name).sort()).toEqual(Object.keys(STRUCTURES).sort());
});

test('there are 19 commands, 21 returns, 14 ioctls and 7 object types', () => {
  const sizes = [constants.BC, constants.BR, constants.IOCTL, constants.OBJECT_TYPE].map(
    table => new Set(Object.values(table)).size,
  );
  expect(sizes).toEqual([19, 21, 14, 7]);
});

const why = whyNoHeader();
if (why !== undefined) console.warn(`skipped: comparison with the system's header, because ${why}`);

describe.skipIf(why !== undefined)(`the system's header${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  test('gives every constant, size, offset, width and sign of abi/', () => {
    const { answers, unknown } = askHeader(rows);
    if (unknown.length > 0) console.warn(`this header is too old to know: ${unknown.join(' ')}`);
    const different = rows
      .filter(({ name, ours }) => answers.has(name) && answers.get(name) !== ours)
      .map(({ name, ours }) => `${name}: header ${answers.get(name)}, abi ${ours}`);
    expect(different).toEqual([]);
    expect(answers.size).toBeGreaterThan(200);
  });
});
