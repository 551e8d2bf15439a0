package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log as `etc/logback.xml` has it: bounded, however much there is to say.
class LogRotationTest {
    @TempDir Path folder;

    @Test
    void fiveFilesAreKeptOfTenMegabytesEach() throws Exception {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("sunaba.log", folder.toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Platform.distribution().resolve("etc/logback.xml").toFile());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        RollingFileAppender<?> appender = (RollingFileAppender<?>) root.getAppender("file");

        assertThat(appender.getTriggeringPolicy())
                .isInstanceOfSatisfying(
                        SizeBasedTriggeringPolicy.class,
                        policy ->
                                assertThat(policy.getMaxFileSize().getSize()).isEqualTo(10L << 20));
        for (int i = 0; i < 8; i++) {
            root.warn("line {}", i);
            appender.rollover();
        }
        root.warn("last");
        context.stop();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "sunaba.log",
                            "sunaba.1.log",
                            "sunaba.2.log",
                            "sunaba.3.log",
                            "sunaba.4.log",
                            "sunaba.5.log");
        }
        assertThat(Files.readString(folder.resolve("sunaba.log"))).contains("last");
        assertThat(Files.readString(folder.resolve("sunaba.1.log"))).contains("line 7");
    }
}
