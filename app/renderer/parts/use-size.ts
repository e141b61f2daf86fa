/** Sizes for the few layouts that differ in what they show and not only in how. */
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
};

export const useWidth = (): number => useSyncExternalStore(subscribe, () => window.innerWidth);

export const useHeight = (): number => useSyncExternalStore(subscribe, () => window.innerHeight);

export type Size = { readonly width: number; readonly height: number };

/** The inner size of an element, whole px; 0 × 0 before it was measured. */
export function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = (): void =>
      setSize((old) => {
        const next = { width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight) };
        return old.width === next.width && old.height === next.height ? old : next;
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
