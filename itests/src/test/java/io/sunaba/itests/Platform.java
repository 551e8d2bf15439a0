package io.sunaba.itests;

import static org.ops4j.pax.exam.CoreOptions.bootDelegationPackages;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import io.sunaba.sandbox.SandboxConfig;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/// The bundles and the configuration of the distribution, as options for Pax Exam: what is tested
/// is what ships.
final class Platform {
    private Platform() {}

    static Path distribution() {
        return Installation.REPOSITORY
                .resolve("distribution/target/sunaba")
                .toAbsolutePath()
                .normalize();
    }

    /// Finds a bundle of the platform that runs.
    static Bundle bundleNamed(String symbolicName, BundleContext context) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    /// Describes a small sandbox without containers, from a VM factory.
    static SandboxConfig small(String id, String factory) {
        return new SandboxConfig(
                id,
                null,
                null,
                factory,
                null,
                128L << 20,
                false,
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }

    static Option[] options() {
        Path home = distribution();
        List<Option> options = new ArrayList<>();
        try {
            Path scratch = Files.createTempDirectory("sunaba-exam");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> Installation.remove(scratch)));
            Map<String, String> places =
                    Map.of(
                            "sunaba.home", home.toString(),
                            "sunaba.data", scratch.resolve("data").toString(),
                            "sunaba.run", scratch.resolve("run").toString());
            places.forEach((name, place) -> options.add(frameworkProperty(name).value(place)));
            read(home.resolve("etc/config.properties"))
                    .forEach((name, value) ->
                            options.add(frameworkOption((String) name, (String) value, places)));
            // The launcher's class path logs for all bundles, as Surefire's does here.
            options.add(systemProperty("pax.exam.logging").value("none"));
            options.add(systemPackages("org.assertj.core.api"));
            for (Map.Entry<Object, Object> entry :
                    read(home.resolve("etc/startup.properties")).entrySet()) {
                options.add(
                        started(
                                home.resolve("system").resolve((String) entry.getKey()),
                                Integer.parseInt(((String) entry.getValue()).strip())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options.add(junitBundles());
        return new Option[] {composite(options.toArray(Option[]::new))};
    }

    private static Option frameworkOption(String name, String value, Map<String, String> places) {
        String resolved = value;
        for (Map.Entry<String, String> place : places.entrySet()) {
            resolved = resolved.replace("${" + place.getKey() + "}", place.getValue());
        }
        return switch (name) {
            case Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA ->
                    systemPackages(resolved.split(",\\s*", -1));
            case Constants.FRAMEWORK_BOOTDELEGATION ->
                    bootDelegationPackages(resolved.split(",\\s*", -1));
            case Constants.FRAMEWORK_BEGINNING_STARTLEVEL ->
                    frameworkStartLevel(Integer.parseInt(resolved));
            default -> frameworkProperty(name).value(resolved);
        };
    }

    /// Level 0 means: installed, not started.
    private static Option started(Path jar, int level) {
        UrlProvisionOption option = bundle(jar.toUri().toString());
        return level == 0 ? option.noStart() : option.startLevel(level);
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
