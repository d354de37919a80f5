/** A growing buffer of little-endian numbers. */

const text = new TextEncoder();

/** Appends numbers and bytes; every method answers the writer itself. */
export class Writer {
  private buffer = Buffer.allocUnsafe(4096);
  private at = 0;

  /** Bytes so far. */
  get length(): number {
    return this.at;
  }

  /** What has been written. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.at);
  }

  /** Overwrites four bytes written before. */
  patch(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }

  /** One byte. */
  u8(value: number): this {
    this.room(1);
    this.buffer[this.at++] = value;
    return this;
  }

  /** Two bytes. */
  u16(value: number): this {
    this.room(2);
    this.at = this.buffer.writeUInt16LE(value, this.at);
    return this;
  }

  /** Four bytes. */
  u32(value: number): this {
    this.room(4);
    this.at = this.buffer.writeUInt32LE(value >>> 0, this.at);
    return this;
  }

  /** Eight bytes; negative numbers wrap. */
  u64(value: number | bigint): this {
    this.room(8);
    if (typeof value === 'number' && value >= 0 && value <= 0xffffffff) {
      this.buffer.writeUInt32LE(value, this.at);
      this.at = this.buffer.writeUInt32LE(0, this.at + 4);
    } else {
      this.at = this.buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.at);
    }
    return this;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  /** A text with its length in front. */
  string(value: string): this {
    const bytes = text.encode(value);
    return this.u16(bytes.length).raw(bytes);
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe((this.at + bytes) * 2);
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}
