/** What this process says of itself in its beat and on the health page. */
export interface Vitals {
  read(): {
    readonly memoryMb: number;
    readonly heapMb: number;
    readonly cpuUserS: number;
    readonly cpuSystemS: number;
    /** null where the platform does not tell. */
    readonly threads: number | null;
    readonly uptimeS: number;
  };
}
