/** The application menu: the platform's usual roles. Nothing reloads the page where users are. */
import type { MenuItemConstructorOptions } from 'electron';
import { text } from '../../../shared/i18n/index.js';

export type MenuNeeds = { readonly isMac: boolean; readonly isDevelopment: boolean; openLogs(): void };

export function menuTemplate({ isMac, isDevelopment, openLogs }: MenuNeeds): MenuItemConstructorOptions[] {
  const tools: MenuItemConstructorOptions[] = isDevelopment
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
    : [];
  return [
    isMac ? { role: 'appMenu' } : { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: text('menu.view'),
      submenu: [
        ...tools,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', label: text('menu.help'), submenu: [{ label: text('menu.logs'), click: openLogs }] },
  ];
}
