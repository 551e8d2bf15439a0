package io.sunaba.factory.template;

import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.junit.ContractTests;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class TemplateContractTest {
    @TempDir private Path directory;

    private static final class Fixture extends MemoryFixture {
        private final Path templates;

        Fixture(Path templates) {
            this.templates = templates;
        }

        @SuppressWarnings("BadAnnotationImplementation") // never compared
        private record Settings(String directory, String agent, String base)
                implements TemplateSettings {
            @Override
            public Class<? extends Annotation> annotationType() {
                return TemplateSettings.class;
            }
        }

        @Override
        public VmFactory open() {
            return new TemplateFactory(
                    new TemplateConfig(templates, "fake", "new"),
                    new Ownership("template"),
                    fakes,
                    () -> {});
        }

        @Override
        public void openMisconfigured(String value) {
            TemplateConfig.of(new Settings(value, "fake", "new"));
        }

        @Override
        public void ready(VmFactory factory) throws InterruptedException {
            ((TemplateFactory) factory).create(config("sandbox/like"));
        }

        @Override
        public void close(VmFactory factory) {
            ((TemplateFactory) factory).close();
        }
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        AtomicInteger places = new AtomicInteger();
        return ContractTests.of(
                FactoryContract.suite(),
                () -> new Fixture(directory.resolve("templates" + places.incrementAndGet())));
    }
}
