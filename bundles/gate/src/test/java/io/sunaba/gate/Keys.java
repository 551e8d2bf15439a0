package io.sunaba.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import jdk.security.jarsigner.JarSigner;

/// Keys of the tests, made by the JDK's keytool.
final class Keys {
    private static final String PASSWORD = "changeit";

    private final Path store;

    Keys(Path directory) throws Exception {
        store = directory.resolve("keys.p12");
        generate("vendor");
        generate("stranger");
        generate("expired", "-startdate", "-2y", "-validity", "365");
        generate("authority", "-ext", "bc:c");
        generate("issued");
        Path request = directory.resolve("issued.csr");
        Path issued = directory.resolve("issued.pem");
        keytool("-certreq", "-alias", "issued", "-file", request.toString());
        keytool(
                "-gencert",
                "-alias",
                "authority",
                "-infile",
                request.toString(),
                "-outfile",
                issued.toString());
        keytool("-importcert", "-alias", "issued", "-file", issued.toString());
    }

    private void generate(String alias, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-genkeypair",
                                "-alias",
                                alias,
                                "-dname",
                                "CN=" + alias,
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1"));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/keytool")
                                        .toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-noprompt"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    /// Writes a key store with the certificates of some.
    KeyStoreFile trusting(Path file, String... aliases) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (String alias : aliases) {
            trusted.setCertificateEntry(alias, load().getCertificate(alias));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        return new KeyStoreFile(file, PASSWORD);
    }

    /// Signs a jar, whoever it is that signs.
    Path sign(Path jar, String alias) throws Exception {
        Certificate[] chain = load().getCertificateChain(alias);
        JarSigner signer =
                new JarSigner.Builder(
                                (PrivateKey) load().getKey(alias, PASSWORD.toCharArray()),
                                CertificateFactory.getInstance("X.509")
                                        .generateCertPath(List.of(chain)))
                        .build();
        Path signed = jar.resolveSibling(alias + "-" + jar.getFileName());
        try (ZipFile in = new ZipFile(jar.toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            signer.sign(in, out);
        }
        return signed;
    }
}
