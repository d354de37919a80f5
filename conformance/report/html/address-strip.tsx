/** The mapping of an open file drawn from its first byte to its last: what is free, what is taken, and by whom. */
import type { BufferSnapshot, ProcSnapshot, Snapshot } from '../../../abi/snapshot.ts';

const PAGE = 4096;
/** Buffers begin at multiples of a word, and an empty one takes a word too (ALLOC-12, ALLOC-13). */
const WORD = 8;

const rounded = (size: number): number => Math.ceil(size / WORD) * WORD;

/** Bytes of the mapping that a buffer takes. */
export const extentOf = ({ dataSize, offsetsSize, extraSize }: BufferSnapshot): number =>
  Math.max(WORD, rounded(dataSize) + rounded(offsetsSize) + rounded(extraSize));

/** A stretch of the mapping; without a buffer it is free. */
interface Stretch {
  readonly from: number;
  readonly size: number;
  readonly buffer?: BufferSnapshot;
}

const stretches = (arena: number, buffers: readonly BufferSnapshot[]): readonly Stretch[] => {
  const all: Stretch[] = [];
  let at = 0;
  for (const buffer of [...buffers].sort((a, b) => a.offset - b.offset)) {
    if (buffer.offset > at) all.push({ from: at, size: buffer.offset - at });
    const size = extentOf(buffer);
    all.push({ from: buffer.offset, size, buffer });
    at = buffer.offset + size;
  }
  if (at < arena) all.push({ from: at, size: arena - at });
  return all;
};

const kindOf = ({ buffer }: Stretch): string =>
  buffer === undefined ? 'free' : buffer.async === true ? 'async' : 'live';

/** Who sent what is in a buffer: the op in which it first appeared; absent where nobody knows. */
export type Senders = ReadonlyMap<string, number>;

/** The name of a buffer for `Senders`. */
export const bufferKey = (file: ProcSnapshot, buffer: BufferSnapshot): string =>
  `${file.proc}.${file.fd} ${buffer.id} ${buffer.offset}`;

const words = (stretch: Stretch, sender: number | undefined): string => {
  const { from, size, buffer } = stretch;
  const range = `bytes ${from} to ${from + size - 1}`;
  if (buffer === undefined) return `free, ${range} (${size})`;
  const whose = `transaction ${buffer.id}${sender === undefined ? '' : `, sent by op ${sender}`}`;
  return `${whose}: ${kindOf(stretch) === 'async' ? 'oneway' : 'call or reply'}, ${range}`;
};

/** One mapping. Widths are by the square root of sizes, so that eight bytes are still seen beside a megabyte. */
const Strip = ({ file, senders }: { readonly file: ProcSnapshot; readonly senders: Senders }) => {
  const arena = file.arena ?? 0;
  const all = stretches(arena, file.buffers);
  return (
    <figure class="strip">
      <figcaption>
        process {file.proc}
        <span class="faint">
          {' '}
          file {file.fd} · {arena} bytes ({Math.ceil(arena / PAGE)} {arena <= PAGE ? 'page' : 'pages'}) · async space{' '}
          {file.freeAsync}
        </span>
      </figcaption>
      <ol>
        {all.map(stretch => {
          const sender = stretch.buffer === undefined ? undefined : senders.get(bufferKey(file, stretch.buffer));
          const text = words(stretch, sender);
          return (
            <li
              key={stretch.from}
              class={kindOf(stretch)}
              style={{ flexGrow: Math.sqrt(stretch.size) }}
              title={text}
              tabIndex={0}
            >
              {stretch.buffer !== undefined && (
                <b aria-hidden="true">{sender === undefined ? `#${stretch.buffer.id}` : `op ${sender}`}</b>
              )}
              <span class="said">{text}</span>
            </li>
          );
        })}
      </ol>
    </figure>
  );
};

/** The mappings of all open files; nothing is drawn for a file that was never mapped. */
export const AddressStrip = ({ state, senders }: { readonly state: Snapshot; readonly senders?: Senders }) => {
  const mapped = state.procs.filter(({ arena }) => (arena ?? 0) > 0);
  if (mapped.length === 0) return <p class="none">no process has a mapping</p>;
  return (
    <div class="strips">
      {mapped.map(file => (
        <Strip key={`${file.proc}.${file.fd}`} file={file} senders={senders ?? new Map()} />
      ))}
      <p class="legend" aria-hidden="true">
        <i class="live" /> call or reply <i class="async" /> oneway <i class="free" /> free
      </p>
    </div>
  );
};
