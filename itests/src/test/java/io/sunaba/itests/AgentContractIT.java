package io.sunaba.itests;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.agent.AgentDriver;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.kata.KataAgentDriver;
import io.sunaba.agent.kata.KataAgentSettings;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.PciPath;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.tck.agent.AgentContract;
import io.sunaba.tck.agent.AgentFixture;
import io.sunaba.tck.junit.ContractTests;
import io.sunaba.ttrpc.left.LeftChannels;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The agent driver keeps the contract with the real agent in a real guest, which a platform that
/// was killed has left.
class AgentContractIT {
    private static final Path ROOTFS = Installation.rootfs();

    private static Installation sunaba;
    private static AgentEndpoint guest;
    private static PciPath disk;

    @BeforeAll
    static void leaveAGuest() {
        sunaba = Installation.unpack().cloning().start();
        sunaba.exec("sandbox:create --id left").expectSuccess();
        sunaba.exec("container:create left disk --rootfs " + ROOTFS + " sleep 100000")
                .expectSuccess();
        JsonObject record =
                JsonParser.parseString(
                                sunaba.exec("storage:show sandbox/left").expectSuccess().text())
                        .getAsJsonObject();
        JsonObject machine =
                JsonParser.parseString(record.getAsJsonObject("machine").get("data").getAsString())
                        .getAsJsonObject();
        guest =
                new AgentEndpoint.SerialPort(
                        Path.of(machine.get("directory").getAsString(), "agent.sock"));
        disk =
                new PciPath(
                        record.getAsJsonArray("containers")
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("disk")
                                .getAsJsonObject("path")
                                .get("value")
                                .getAsString());
        sunaba.killDaemon();
    }

    @AfterAll
    static void takeItBack() {
        sunaba.start();
        sunaba.exec("sandbox:delete --force left").expectSuccess();
        sunaba.closeClean();
    }

    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(AgentContract.suite(), Fixture::new);
    }

    private static final class Fixture implements AgentFixture {
        @Override
        public AgentDriver open() {
            return new KataAgentDriver(new LeftChannels(), defaults(), Map.of());
        }

        /// Returns the settings of a file that sets none.
        private static KataAgentSettings defaults() {
            return (KataAgentSettings)
                    Proxy.newProxyInstance(
                            KataAgentSettings.class.getClassLoader(),
                            new Class<?>[] {KataAgentSettings.class},
                            (_, method, _) -> requireNonNull(method.getDefaultValue()));
        }

        @Override
        public void close(AgentDriver driver) {
            ((KataAgentDriver) driver).deactivate();
        }

        @Override
        public AgentEndpoint guest() {
            return guest;
        }

        @Override
        public GuestContainer container(String id, List<String> arguments) {
            return new GuestContainer(
                    new ContainerConfig(
                            id, new Rootfs.Packed(ROOTFS), new ProcessConfig(arguments)),
                    new GuestContainer.Disk(disk, "erofs"),
                    false);
        }

        @Override
        public void close() {
            // The guest serves the next check.
        }
    }
}
