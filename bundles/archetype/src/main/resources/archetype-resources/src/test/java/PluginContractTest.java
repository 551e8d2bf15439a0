package ${package};

#if ($kind == "storage")
#set ($suite = "StorageContract")
#elseif ($kind == "factory")
#set ($suite = "FactoryContract")
#else
#set ($suite = "HypervisorContract")
#end
import io.sunaba.tck.${kind}.${suite};
import io.sunaba.tck.junit.ContractTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PluginContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(${suite}.suite(), PluginFixture::new);
    }
}
