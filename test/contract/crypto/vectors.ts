/** The recorded vectors, as the tests beside this file read them. */
import { readFileSync } from 'node:fs';

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/legionio/${file}`, import.meta.url), 'utf8')) as T;

type Symmetric = { name: string; plaintext_utf8: string; enciphered_message: string; iv: string };
type Asymmetric = { name: string; plaintext: string; ciphertext: string };
type Common = {
  validate_hex: { value: string | null; valid: boolean }[];
  generated_secret_example: { value: string };
};

export const crypto = read<{
  cluster_secret: string;
  derived_aes_key_hex: string;
  rsa: {
    private_key_pkcs1_pem: string;
    public_key_spki_pem: string;
    public_key_base64_of_pem_mime: string;
  };
  legacy_crypt_1_4_6: Common & {
    symmetric_aes_256_cbc: Symmetric[];
    keypair_rsa_pkcs1_v1_5: Asymmetric[];
  };
  modern_crypt_1_5_12: Common & {
    symmetric_aes_256_gcm: Symmetric[];
    keypair_rsa_oaep_sha1: Asymmetric[];
  };
}>('crypto.json');

export type Pushed = {
  name: string;
  framework: string;
  how: string;
  validation?: string;
  decrypted_message?: string;
  decrypted_encrypted_string?: string | null;
  body_json: {
    message: string;
    validation_string: string;
    encrypted_string: { enciphered_message: string; iv: string };
    public_key: string;
  };
};

export const runs = read<{
  cluster_secret: string;
  second_cluster_secret: string;
  messages: Pushed[];
  sent_by_the_peer: {
    messages: {
      framework_of_receiver: string;
      form: 'legacy' | 'modern';
      iv_header: string;
      body_utf8: string;
      plaintext: string;
    }[];
  };
}>('node-peer-runs.json');
