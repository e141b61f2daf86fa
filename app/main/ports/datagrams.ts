/** UDP as a legion uses it: one socket that hears and sends, addresses as numbers. */
export type DatagramPlace = {
  /** Empty: all interfaces. A multicast group is joined. 255.255.255.255: broadcast. */
  readonly address: string;
  readonly port: number;
  /** Address of the interface for multicast; empty: the system's choice. */
  readonly interface: string;
};

export type DatagramSocket = {
  /** Never throws; what could not be sent is told to `onError`. */
  send(bytes: Uint8Array, to: { readonly host: string; readonly port: number }): void;
  /** What was handed over goes out first. Never rejects. */
  close(): Promise<void>;
};

export type DatagramEars = {
  readonly onPacket: (bytes: Buffer) => void;
  readonly onError: (error: Error) => void;
};

export interface Datagrams {
  /** Rejects with AppError LEGION_PORT, LEGION_FORBIDDEN, LEGION_ADDRESS or LEGION_MULTICAST, with the system's own words. */
  open(place: DatagramPlace, ears: DatagramEars): Promise<DatagramSocket>;
}

/** Where there is no network: what is sent is lost. */
export const NO_DATAGRAMS: Datagrams = {
  open: async () => ({ send: () => undefined, close: () => Promise.resolve() }),
};
