/** Changes. */
export const ChangesPage = () => <div className="page" />;
