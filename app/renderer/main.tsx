/** The window's entry: opens a channel to the node, fills the stores, mounts the app. */
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { connect, openChannel } from './client/index.js';
import { startConsole } from './store/connection.js';
import './theme/index.css';

startConsole(async () => connect(await openChannel()));

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
