/** Where the focus goes when a details panel closes. */
import { useLayoutEffect, useRef } from 'react';

/** Closed from within, the panel takes the focus with it: it goes back to the list's row, else to the page. */
export function useFocusAfterClose(isOpen: boolean): void {
  const wasWithin = useRef(false);
  useLayoutEffect(() => {
    if (!isOpen) return;
    const note = (): void => {
      wasWithin.current = document.activeElement?.closest('.peek') !== null;
    };
    document.addEventListener('focusin', note);
    return () => {
      document.removeEventListener('focusin', note);
      if (!wasWithin.current) return;
      wasWithin.current = false;
      const row = document.querySelector<HTMLElement>('[role="grid"] [role="row"][tabindex="0"]');
      (row ?? document.querySelector<HTMLElement>('#main'))?.focus({ preventScroll: true });
    };
  }, [isOpen]);
}
