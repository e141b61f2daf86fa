export const ConnectPage = () => null;
