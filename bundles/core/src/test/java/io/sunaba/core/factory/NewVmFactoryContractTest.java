package io.sunaba.core.factory;

import io.sunaba.core.config.CoreConfig;
import io.sunaba.core.config.Settings;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
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
            CoreConfig config = settings(FakeMachines.NAME);
            Plugins plugins = new Plugins(config::pluginGrace);
            Map<String, ?> named = Map.of("sunaba.name", FakeMachines.NAME);
            plugins.add(Kind.HYPERVISOR, fakes, named);
            plugins.add(Kind.AGENT, fakes, named);
            return new NewVmFactory(() -> config, plugins);
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
