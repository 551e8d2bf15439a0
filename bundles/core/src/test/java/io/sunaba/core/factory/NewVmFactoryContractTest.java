package io.sunaba.core.factory;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.Settings;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.junit.ContractTests;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class NewVmFactoryContractTest {
    private static final class Fixture extends MemoryFixture {
        private static CoreConfig settings(String agent) {
            return CoreConfig.of(
                    Settings.of(
                            Path.of("/somewhere"),
                            Map.of("default.agent", agent, "plugin.grace", "50ms")));
        }

        @Override
        public VmFactory open() {
            NewVmFactory factory = new NewVmFactory(settings(FakeMachines.NAME));
            Map<String, ?> named = Map.of("sunaba.name", FakeMachines.NAME);
            factory.addHypervisor(fakes, named);
            factory.addAgentDriver(fakes, named);
            return factory;
        }

        @Override
        public void openMisconfigured(String value) {
            settings(value);
        }

        @Override
        public void ready(VmFactory factory) {}

        @Override
        public void close(VmFactory factory) {}
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(FactoryContract.suite(), Fixture::new);
    }
}
