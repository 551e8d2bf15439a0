package io.sunaba.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.gate.visitor.Visitor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.launch.Framework;

class GateTest {
    private static final Policy OPEN = new Policy(false, new KeyStoreFile(Path.of("none"), ""));

    @TempDir private static Path shared;
    private static Keys keys;
    private static Policy strict;

    @TempDir private Path directory;
    private Framework framework;
    private BundleContext context;
    private Gate gate;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = new Keys(shared);
        strict =
                new Policy(
                        true,
                        keys.trusting(
                                shared.resolve("trusted.p12"), "vendor", "expired", "authority"));
    }

    @BeforeEach
    void start() throws BundleException {
        framework =
                new FrameworkFactory()
                        .newFramework(
                                Map.of(
                                        Constants.FRAMEWORK_STORAGE,
                                        directory.resolve("store").toString()));
        framework.start();
        context = framework.getBundleContext();
        gate =
                new Gate(
                        context,
                        new Inspection(
                                directory.resolve("system"),
                                directory.resolve("scratch"),
                                InstantSource.system()),
                        strict);
        var _ = context.registerService(ResolverHookFactory.class, gate, null);
        System.clearProperty("visitor");
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(0);
    }

    private Path pack(String name, String... headers) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", name);
        attributes.putValue("Bundle-Version", "1.0.0");
        attributes.putValue("Bundle-Activator", Visitor.class.getName());
        attributes.putValue("Import-Package", "org.osgi.framework");
        for (int i = 0; i < headers.length; i += 2) {
            attributes.putValue(headers[i], headers[i + 1]);
        }
        Path jar = directory.resolve(name + ".jar");
        String file = Visitor.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in =
                        requireNonNull(Visitor.class.getClassLoader().getResourceAsStream(file))) {
            out.putNextEntry(new JarEntry(file));
            in.transferTo(out);
            out.putNextEntry(new JarEntry("notes/read.me"));
            out.write("as it was".getBytes(UTF_8));
        }
        return jar;
    }

    private interface Change {
        void apply(Path root) throws IOException;
    }

    private static Path change(Path jar, Change change) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(jar)) {
            change.apply(files.getPath("/"));
        }
        return jar;
    }

    private Bundle install(Path jar) throws Exception {
        try (InputStream in = Files.newInputStream(jar)) {
            return context.installBundle("test:" + jar.getFileName(), in);
        }
    }

    private void assertRefused(Path jar, String... words) throws Exception {
        Bundle bundle = install(jar);
        assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
        assertThat(bundle.getState()).isEqualTo(Bundle.INSTALLED);
        assertThat(System.getProperty("visitor")).as("its code has run").isNull();
        assertThat(gate.problem(bundle.getBundleId()).orElseThrow())
                .contains(words)
                .doesNotContain("\n");
        assertThat(gate.refusals()).singleElement().asString().contains("visitor").contains(words);
        assertThat(gate.signature(bundle.getBundleId()).flaw().orElseThrow()).contains(words);
    }

    private Bundle assertLetIn(Path jar) throws Exception {
        Bundle bundle = install(jar);
        bundle.start();
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(gate.problem(bundle.getBundleId())).isEmpty();
        assertThat(gate.refusals()).isEmpty();
        return bundle;
    }

    @Test
    void thePlatformsBundlesAreResolvedTogetherAndNobodyElses() throws Exception {
        Files.createDirectories(directory.resolve("system"));
        Path jar = pack("own");
        Path own = Files.move(jar, directory.resolve("system/own.jar"));
        Bundle ours = context.installBundle("reference:" + own.toUri());
        Bundle theirs = install(pack("theirs"));

        gate.resolveOwn();

        assertThat(ours.getState()).isEqualTo(Bundle.RESOLVED);
        assertThat(theirs.getState()).isEqualTo(Bundle.INSTALLED);
    }

    @Test
    void unsignedOneIsRefused() throws Exception {
        assertRefused(pack("visitor"), "it is not signed");
    }

    @Test
    void oneThatAStrangerSignedIsRefused() throws Exception {
        assertRefused(keys.sign(pack("visitor"), "stranger"), "CN=stranger", "trusted.p12");
    }

    @Test
    void oneThatWasChangedAfterwardsIsRefused() throws Exception {
        assertRefused(
                change(
                        keys.sign(pack("visitor"), "vendor"),
                        root -> Files.writeString(root.resolve("notes/read.me"), "as it is")),
                "it was changed after it was signed",
                "notes/read.me");
    }

    @Test
    void oneWhoseManifestWasChangedAfterwardsIsRefused() throws Exception {
        assertRefused(
                change(
                        keys.sign(pack("visitor"), "vendor"),
                        root -> {
                            Path manifest = root.resolve("META-INF/MANIFEST.MF");
                            Files.writeString(
                                    manifest,
                                    Files.readString(manifest)
                                            .replace("Bundle-Version: 1", "Bundle-Version: 2"));
                        }),
                "it was changed after it was signed");
    }

    @Test
    void oneThatGotAnEntryAfterwardsIsRefused() throws Exception {
        assertRefused(
                change(
                        keys.sign(pack("visitor"), "vendor"),
                        root -> Files.writeString(root.resolve("notes/more"), "more")),
                "its signature does not cover notes/more");
    }

    @Test
    void oneThatLostItsSignatureIsRefused() throws Exception {
        assertRefused(
                change(
                        keys.sign(pack("visitor"), "vendor"),
                        root -> Files.delete(root.resolve("META-INF/SIGNER.SF"))),
                "");
    }

    @Test
    void oneWithAnExpiredCertificateIsRefused() throws Exception {
        assertRefused(keys.sign(pack("visitor"), "expired"), "CN=expired", "expired on 20");
    }

    @Test
    void oneWhoseFileMayChangeIsRefused() throws Exception {
        Path jar = keys.sign(pack("visitor"), "vendor");
        Bundle bundle = context.installBundle("reference:" + jar.toUri());
        assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
        assertThat(gate.problem(bundle.getBundleId()).orElseThrow()).contains("may change unseen");
    }

    @Test
    void signedOneIsLetIn() throws Exception {
        Bundle bundle = assertLetIn(keys.sign(pack("visitor"), "vendor"));
        assertThat(System.getProperty("visitor")).isEqualTo("was here");
        assertThat(gate.signature(bundle.getBundleId()).signer()).contains("CN=vendor");
    }

    @Test
    void oneWhoseCertificateATrustedOneIssuedIsLetIn() throws Exception {
        var _ = assertLetIn(keys.sign(pack("visitor"), "issued"));
    }

    @Test
    void oneThatIsRefusedIsNothingToTheOthers() throws Exception {
        assertRefused(pack("visitor", "Export-Package", "com.example.refused"), "it is not signed");
        Bundle other = install(keys.sign(pack("other"), "vendor"));
        other.start();
        assertThat(other.getState()).isEqualTo(Bundle.ACTIVE);
        Bundle user =
                install(
                        keys.sign(
                                pack(
                                        "user",
                                        "Import-Package",
                                        "org.osgi.framework,com.example.refused"),
                                "vendor"));
        assertThatThrownBy(user::start).isInstanceOf(BundleException.class);
        assertThat(gate.problem(user.getBundleId()).orElseThrow())
                .contains("com.example.refused", "which is not let in");
    }

    @Test
    void oneThatNeedsNothingIsRefusedToo() throws Exception {
        Path jar = pack("visitor", "DynamicImport-Package", "*");
        change(
                jar,
                root -> {
                    Path manifest = root.resolve("META-INF/MANIFEST.MF");
                    Files.writeString(
                            manifest,
                            Files.readString(manifest)
                                    .replace("Import-Package: org.osgi.framework\r\n", ""));
                });
        assertRefused(jar, "it is not signed");
    }

    @Test
    void updateIsLookedAtAgain() throws Exception {
        Bundle bundle = assertLetIn(keys.sign(pack("visitor"), "vendor"));
        System.clearProperty("visitor");
        try (InputStream in = Files.newInputStream(pack("visitor"))) {
            assertThatThrownBy(() -> bundle.update(in)).isInstanceOf(BundleException.class);
        }
        assertThat(bundle.getState()).isEqualTo(Bundle.INSTALLED);
        assertThat(System.getProperty("visitor")).isNull();
        assertThat(gate.problem(bundle.getBundleId())).contains("it is not signed");
    }

    @Test
    void platformsOwnBundlesAreLetInAsTheyCameAlone() throws Exception {
        Path own = Files.createDirectories(directory.resolve("system")).resolve("own.jar");
        Files.move(pack("visitor"), own, StandardCopyOption.REPLACE_EXISTING);
        Bundle bundle = context.installBundle("reference:" + own.toUri());
        bundle.start();
        assertThat(gate.signature(bundle.getBundleId()).own()).isTrue();
        try (InputStream in = Files.newInputStream(pack("visitor", "X-Other", "yes"))) {
            assertThatThrownBy(() -> bundle.update(in)).isInstanceOf(BundleException.class);
        }
        assertThat(gate.problem(bundle.getBundleId())).contains("it is not signed");
    }

    @Test
    void policyIsChangedWhileBundlesRun() throws Exception {
        gate.apply(OPEN);
        Bundle stranger = assertLetIn(keys.sign(pack("visitor"), "stranger"));
        Bundle vendor = assertLetIn(keys.sign(pack("other"), "vendor"));
        gate.apply(strict);
        await(() -> stranger.getState() == Bundle.INSTALLED);
        assertThat(vendor.getState()).isEqualTo(Bundle.ACTIVE);
        await(() -> gate.problem(stranger.getBundleId()).isPresent());
        gate.apply(OPEN);
        await(() -> stranger.getState() == Bundle.ACTIVE);
        gate.apply(new Policy(true, keys.trusting(directory.resolve("others.p12"), "stranger")));
        await(() -> vendor.getState() == Bundle.INSTALLED);
        assertThat(stranger.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void keyStoreThatCannotBeReadLetsNobodyIn() throws Exception {
        gate.apply(new Policy(true, new KeyStoreFile(directory.resolve("nonesuch.p12"), "x")));
        assertRefused(keys.sign(pack("visitor"), "vendor"), "nonesuch.p12", "cannot be read");
    }

    @Test
    void missingPackageIsToldInWords() throws Exception {
        gate.apply(OPEN);
        Bundle bundle =
                install(
                        pack(
                                "visitor",
                                "Import-Package",
                                "org.osgi.framework;version=\"[9,10)\",com.example.none"));
        assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
        assertThat(gate.problem(bundle.getBundleId()).orElseThrow())
                .contains(
                        "it needs package org.osgi.framework in version [9.0.0,10.0.0), and there is 1.")
                .contains("package com.example.none, and there is none");
    }

    @Test
    void configurationThatBreaksARuleNamesKeyValueAndRule() {
        assertThat(Policy.of(Map.of("service.pid", "any", ".sunaba.file", "any")).required())
                .isFalse();
        assertThatThrownBy(() -> Policy.of(Map.of("requird", "true")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("requird", "required");
        assertThatThrownBy(() -> Policy.of(Map.of("required", "yes")))
                .hasMessage("required is 'yes': it must be true or false");
        assertThatThrownBy(() -> Policy.of(Map.of("required", "true")))
                .hasMessage("keystore is '': it must be set to a file");
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
