package onlabel.interop;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.FhirVersionEnum;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.interceptor.api.IInterceptorService;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.ClientIdStrategyEnum;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.r4b.JpaR4BConfig;
import ca.uhn.fhir.jpa.config.r5.JpaR5Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.h2.jdbcx.JdbcConnectionPool;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * A HAPI JPA server that forgets everything when it ends: database in memory, loopback only, a free port.
 *
 * <p>Arguments: the folder that keeps FHIR's definitions, then FHIR versions (R4, R4B, R5): each gets a server with a database
 * of its own, one started after the other. When one answers, {@code READY <version> <base URL>} is printed. All end when the
 * standard input does, so that a test run which is killed leaves no server behind.
 */
public final class FhirServer {

    private static final Map<String, Class<?>> CONFIGURATIONS =
            Map.of("R4", JpaR4Config.class, "R4B", JpaR4BConfig.class, "R5", JpaR5Config.class);

    private FhirServer() {}

    public static void main(String[] arguments) throws IOException, LifecycleException, ReflectiveOperationException {
        List<String> versions = List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
        if (versions.isEmpty() || !CONFIGURATIONS.keySet().containsAll(versions)) {
            System.err.println("usage: FhirServer FOLDER R4|R4B|R5...");
            System.exit(2);
        }
        for (String version : versions) {
            FhirContext fhir = FhirContext.forCached(FhirVersionEnum.valueOf(version));
            Definitions.install(fhir, Definitions.load(fhir, Path.of(arguments[0])));
            var beans = new AnnotationConfigApplicationContext();
            beans.registerBean("databaseName", String.class, () -> version);
            beans.register(Storage.class, CONFIGURATIONS.get(version));
            beans.refresh();
            System.out.println("READY " + version + " http://127.0.0.1:" + listen(restServer(beans)) + "/fhir");
        }
        while (System.in.read() >= 0) {
            // Nothing is expected: only the end of input matters.
        }
        System.exit(0); // not all of HAPI's threads are daemons
    }

    private static RestfulServer restServer(ApplicationContext beans) {
        IFhirSystemDao<?, ?> system = beans.getBean(IFhirSystemDao.class);
        RestfulServer server = new RestfulServer(system.getContext());
        server.registerProviders(beans.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(beans.getBean(IJpaSystemProvider.class));
        server.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
        server.setInterceptorService(beans.getBean(IInterceptorService.class));
        server.setServerConformanceProvider(new JpaCapabilityStatementProvider(
                server,
                system,
                beans.getBean(JpaStorageSettings.class),
                beans.getBean(ISearchParamRegistry.class),
                beans.getBean(IValidationSupport.class)));
        return server;
    }

    /** Serves below /fhir on a port that the system chooses. */
    private static int listen(RestfulServer server) throws LifecycleException {
        Tomcat tomcat = new Tomcat();
        String folder = System.getProperty("java.io.tmpdir");
        tomcat.setBaseDir(folder);
        Connector connector = new Connector();
        connector.setProperty("address", "127.0.0.1");
        connector.setPort(0);
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", folder);
        Tomcat.addServlet(context, "fhir", server).setLoadOnStartup(1);
        context.addServletMappingDecoded("/fhir/*", "fhir");
        tomcat.start();
        return connector.getLocalPort();
    }

    /** What HAPI's own configurations leave to the application. */
    @Configuration
    @Import({
        HapiJpaConfig.class,
        JpaBatch2Config.class,
        Batch2JobsConfig.class,
        ThreadPoolFactoryConfig.class,
        SubscriptionChannelConfig.class
    })
    public static class Storage {

        @Bean
        public PartitionSettings partitionSettings() {
            return new PartitionSettings();
        }

        @Bean
        public SubscriptionSettings subscriptionSettings() {
            return new SubscriptionSettings();
        }

        @Bean
        public JpaStorageSettings storageSettings() {
            JpaStorageSettings settings = new JpaStorageSettings();
            settings.setResourceClientIdStrategy(ClientIdStrategyEnum.ANY);
            settings.setEnforceReferentialIntegrityOnWrite(true);
            settings.setAllowExternalReferences(true);
            settings.setHibernateSearchIndexFullText(false);
            // A search that is repeated within a minute would otherwise be answered from before the last load.
            settings.setReuseCachedSearchResultsForMillis(null);
            return settings;
        }

        @Bean
        public DataSource dataSource(String databaseName) {
            JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:" + databaseName + ";DB_CLOSE_DELAY=-1", "sa", "");
            pool.setMaxConnections(20);
            return pool;
        }

        @Bean
        public LocalContainerEntityManagerFactoryBean entityManagerFactory(
                DataSource database,
                ConfigurableListableBeanFactory beans,
                FhirContext fhir,
                JpaStorageSettings settings) {
            Properties hibernate = new Properties();
            hibernate.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
            hibernate.put("hibernate.hbm2ddl.auto", "create");
            hibernate.put("hibernate.search.enabled", "false");
            hibernate.put("hibernate.jdbc.batch_size", "30");
            var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, settings);
            factory.setPersistenceUnitName("onlabel");
            factory.setDataSource(database);
            factory.setJpaProperties(hibernate);
            return factory;
        }

        @Bean
        @Primary
        public JpaTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }
}
